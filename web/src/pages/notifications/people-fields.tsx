import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { documentsQuery } from '../../api/queries.ts';
import { CheckBoxes } from '../../ui/check-boxes.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';

interface Named {
  id: string;
  name?: string | undefined;
}
type People = 'contacts' | 'on-call' | 'templates';

/** The documents of a collection to choose from, by id, with the names that people gave them. */
export function useChoices(collection: People): readonly (readonly [id: string, name: string])[] {
  const { data } = useQuery(documentsQuery<Named>(collection));
  return (data?.items ?? []).map(({ id, name }) => [id, name || id] as const);
}

interface PeopleBoxesProps {
  legend: string;
  collection: People;
  chosen: readonly string[] | undefined;
  hint?: string | undefined;
  pointer: string;
  onChange(chosen: string[]): void;
}

/** Some contacts, or some rotations; nothing is shown where there is none to choose. */
export function PeopleBoxes({ collection, chosen = [], ...rest }: PeopleBoxesProps) {
  const choices = useChoices(collection);
  if (choices.length === 0 && chosen.length === 0) return null;
  return <CheckBoxes {...rest} choices={choices} chosen={chosen} />;
}

interface OneOfFieldProps {
  label: string;
  collection: People;
  /** What is said where none is chosen. */
  none: string;
  value: string | undefined;
  hint?: string | undefined;
  pointer: string;
  /** Not offered: a contact does not stand in for itself. */
  except?: string | undefined;
  onChange(id: string | undefined): void;
}

export function OneOfField(props: OneOfFieldProps) {
  const { collection, none, value, except, onChange, ...rest } = props;
  const choices = useChoices(collection).filter(([id]) => id !== except);
  return (
    <ChoiceField
      {...rest}
      value={value ?? ''}
      choices={[['', none], ...choices]}
      onChange={(id) => onChange(id === '' ? undefined : id)}
    />
  );
}

/** How messages are worded: by a template, or as usual. */
export function TemplateField({ value, onChange }: Pick<OneOfFieldProps, 'value' | 'onChange'>) {
  const t = useTranslations('notifications');
  return (
    <OneOfField
      label={t('template')}
      hint={t('templateHint')}
      collection="templates"
      none={t('templateNone')}
      pointer="/template"
      value={value}
      onChange={onChange}
    />
  );
}
