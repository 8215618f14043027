import { useId } from 'react';
import styles from './check-boxes.module.css';
import { useFieldNotes } from './field-notes.tsx';

interface CheckBoxesProps<Value extends string> {
  legend: string;
  choices: readonly (readonly [value: Value, text: string])[];
  chosen: readonly Value[];
  hint?: string | undefined;
  /** Where the document has it (RFC 6901). */
  pointer?: string | undefined;
  onChange(chosen: Value[]): void;
}

/** Any number of a few; in the order in which they are offered. What is chosen stays a choice also where it is not offered any more. */
export function CheckBoxes<Value extends string>({
  legend,
  choices,
  chosen,
  hint,
  pointer,
  onChange,
}: CheckBoxesProps<Value>) {
  const id = useId();
  const { notes, described } = useFieldNotes(id, { hint, pointer });
  const offered = new Set(choices.map(([value]) => value));
  const others = chosen.filter((value) => !offered.has(value));
  const all = [...choices, ...others.map((value) => [value, value] as const)];
  const toggle = (value: Value) => {
    const next = chosen.includes(value)
      ? chosen.filter((other) => other !== value)
      : [...chosen, value];
    onChange(all.map(([name]) => name).filter((name) => next.includes(name)));
  };
  return (
    <fieldset className={styles.boxes} aria-describedby={described['aria-describedby']}>
      <legend>{legend}</legend>
      {all.map(([value, text]) => (
        <label key={value}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />{' '}
          {text}
        </label>
      ))}
      {notes}
    </fieldset>
  );
}
