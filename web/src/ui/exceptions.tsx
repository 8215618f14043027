import { Plus, Trash2 } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { useTranslations } from 'use-intl';
import { changed, changedAt, unlessEmpty, withoutAt } from '../format/change-document.ts';
import { Button } from './button.tsx';
import styles from './exceptions.module.css';
import { useFieldNotes } from './field-notes.tsx';
import type { Partly } from './partly.ts';

/** How the fields of one exception are drawn. */
type DrawFields<Exception> = (of: {
  asked: Exception;
  pointer: string;
  change(part: Partly<Exception>): void;
}) => ReactNode;

interface ExceptionsProps<Exception> {
  /** Said before them: what they leave out. */
  explain: string;
  not: readonly Exception[] | undefined;
  /** Where the document has them (RFC 6901). */
  pointer: string;
  onChange(not: Exception[] | undefined): void;
  fields: DrawFields<Exception>;
}

/** What is left out all the same, one exception below the other. */
export function Exceptions<Exception extends object>({
  explain,
  not = [],
  pointer,
  onChange,
  fields,
}: ExceptionsProps<Exception>) {
  const t = useTranslations('words.not');
  return (
    <>
      <p className="muted">{explain}</p>
      {not.map((exception, at) => (
        <OneException
          // biome-ignore lint/suspicious/noArrayIndexKey: they have no name; their order is what tells them apart
          key={at}
          number={at + 1}
          exception={exception}
          pointer={`${pointer}/${at}`}
          fields={fields}
          onChange={(after) => onChange(changedAt(not, at, after))}
          remove={() => onChange(unlessEmpty(withoutAt(not, at)))}
        />
      ))}
      <div>
        <Button onClick={() => onChange([...not, {} as Exception])}>
          <Plus size={16} aria-hidden /> {t('add')}
        </Button>
      </div>
    </>
  );
}

interface OneExceptionProps<Exception> {
  number: number;
  exception: Exception;
  pointer: string;
  fields: DrawFields<Exception>;
  onChange(exception: Exception): void;
  remove(): void;
}

function OneException<Exception extends object>({
  number,
  exception,
  pointer,
  fields,
  onChange,
  remove,
}: OneExceptionProps<Exception>) {
  const t = useTranslations('words.not');
  const { notes, described } = useFieldNotes(useId(), { pointer, isWhole: true });
  const change = (part: Partly<Exception>) => onChange(changed(exception, part));
  return (
    <fieldset className={styles.exception} aria-describedby={described['aria-describedby']}>
      <legend>{t('one', { number })}</legend>
      {fields({ asked: exception, pointer, change })}
      {notes}
      <div>
        <Button onClick={remove}>
          <Trash2 size={16} aria-hidden /> {t('remove', { number })}
        </Button>
      </div>
    </fieldset>
  );
}
