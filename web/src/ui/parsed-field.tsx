import { type InputHTMLAttributes, useState } from 'react';
import { labelsOf, labelsText, listOf, listText } from '../format/text-lists.ts';
import { TextField } from './text-field.tsx';

type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'>;

interface ParsedFieldProps<Value> extends InputProps {
  label: string;
  hint?: string | undefined;
  pointer?: string | undefined;
  value: Value;
  onChange(value: Value): void;
}

/** A field whose document holds something else than text; what is typed stays as it is typed. */
function useTyped<Value>(
  value: Value,
  onChange: (value: Value) => void,
  { textOf, read }: { textOf(value: Value): string; read(text: string): Value },
) {
  const [typed, type] = useState(() => textOf(value));
  // Changed from elsewhere: what is typed there no longer says what is meant.
  const isStale = JSON.stringify(read(typed)) !== JSON.stringify(read(textOf(value)));
  return {
    value: isStale ? textOf(value) : typed,
    onChange(text: string) {
      type(text);
      onChange(read(text));
    },
  };
}

/** Several texts, by commas. */
export function ListField({
  value,
  onChange,
  ...rest
}: ParsedFieldProps<readonly string[] | undefined>) {
  const typed = useTyped(value, onChange, { textOf: listText, read: listOf });
  return <TextField {...rest} {...typed} />;
}

/** `site=lyon, floor=2` */
export function LabelsField({
  value,
  onChange,
  ...rest
}: ParsedFieldProps<Readonly<Record<string, string>> | undefined>) {
  const typed = useTyped(value, onChange, { textOf: labelsText, read: labelsOf });
  return <TextField {...rest} {...typed} />;
}
