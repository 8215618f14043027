import { type InputHTMLAttributes, type TextareaHTMLAttributes, useId } from 'react';
import { useFieldNotes } from './field-notes.tsx';
import styles from './text-field.module.css';

interface FieldProps {
  label: string;
  value: string;
  /** Said below the field, and to screen readers with it. */
  hint?: string | undefined;
  /** Where the document has it (RFC 6901): what the API refuses there is said at the field. */
  pointer?: string | undefined;
  onChange(value: string): void;
}

type TextFieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> &
  FieldProps;

export function TextField({ label, value, hint, pointer, onChange, ...rest }: TextFieldProps) {
  const id = useId();
  const { notes, described } = useFieldNotes(id, { hint, pointer });
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        {...described}
        id={id}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
      {notes}
    </div>
  );
}

type TextAreaProps = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange' | 'value'> &
  FieldProps;

/** A text of several lines. */
export function TextArea({ label, value, hint, pointer, onChange, ...rest }: TextAreaProps) {
  const id = useId();
  const { notes, described } = useFieldNotes(id, { hint, pointer });
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <textarea
        rows={3}
        {...rest}
        {...described}
        id={id}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
      {notes}
    </div>
  );
}
