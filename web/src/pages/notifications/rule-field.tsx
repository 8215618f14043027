import { useInfiniteQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { rulesQuery } from '../../api/queries.ts';
import { TextField } from '../../ui/text-field.tsx';
import { useLocalized } from '../alerts/use-rule-name.ts';

const SUGGESTED = 20;

interface RuleFieldProps {
  label: string;
  value: string;
  onChange(id: string): void;
}

/** The id of a rule, with suggestions by id and name while it is typed: a fleet has more rules than anybody scrolls through. */
export function RuleField({ value, ...rest }: RuleFieldProps) {
  const listId = useId();
  const localized = useLocalized();
  const { data } = useInfiniteQuery({
    ...rulesQuery(value.trim() || undefined, SUGGESTED),
    placeholderData: (before) => before,
  });
  return (
    <>
      <TextField {...rest} required list={listId} value={value} />
      <datalist id={listId}>
        {data?.pages[0]?.items.map(({ id, name }) => (
          <option key={id} value={id}>
            {localized(name) ?? id}
          </option>
        ))}
      </datalist>
    </>
  );
}
