import { useId } from 'react';
import { useFieldNotes } from './field-notes.tsx';
import styles from './text-field.module.css';

interface ChoiceFieldProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly (readonly [value: Value, text: string])[];
  hint?: string | undefined;
  /** Where the document has it (RFC 6901). */
  pointer?: string | undefined;
  onChange(value: Value): void;
}

/** One of a few. What is chosen stays a choice also where it is not offered any more. */
export function ChoiceField<Value extends string>({
  label,
  value,
  choices,
  hint,
  pointer,
  onChange,
}: ChoiceFieldProps<Value>) {
  const id = useId();
  const { notes, described } = useFieldNotes(id, { hint, pointer });
  const isOffered = choices.some(([choice]) => choice === value);
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <select
        {...described}
        id={id}
        value={value}
        onChange={({ target }) => onChange(target.value as Value)}
      >
        {(isOffered ? choices : [...choices, [value, value] as const]).map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
      {notes}
    </div>
  );
}
