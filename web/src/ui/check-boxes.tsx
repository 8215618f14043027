import styles from './check-boxes.module.css';

interface CheckBoxesProps<Value extends string> {
  legend: string;
  choices: readonly (readonly [value: Value, text: string])[];
  chosen: readonly Value[];
  onChange(chosen: Value[]): void;
}

/** Any number of a few; in the order in which they are offered. */
export function CheckBoxes<Value extends string>({
  legend,
  choices,
  chosen,
  onChange,
}: CheckBoxesProps<Value>) {
  const toggle = (value: Value) => {
    const next = chosen.includes(value)
      ? chosen.filter((other) => other !== value)
      : [...chosen, value];
    onChange(choices.map(([name]) => name).filter((name) => next.includes(name)));
  };
  return (
    <fieldset className={styles.boxes}>
      <legend>{legend}</legend>
      {choices.map(([value, text]) => (
        <label key={value}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />{' '}
          {text}
        </label>
      ))}
    </fieldset>
  );
}
