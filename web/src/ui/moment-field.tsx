import { TextField } from './text-field.tsx';

const MINUTE_MS = 60_000;

interface MomentFieldProps {
  label: string;
  /** RFC 3339; empty where nothing is chosen. */
  value: string;
  required?: boolean;
  onChange(value: string): void;
}

/** A date and time in the reader's own zone, as RFC 3339 in UTC outside. */
export function MomentField({ label, value, required = false, onChange }: MomentFieldProps) {
  const timeMs = Date.parse(value);
  const local = Number.isNaN(timeMs)
    ? ''
    : new Date(timeMs - new Date(timeMs).getTimezoneOffset() * MINUTE_MS)
        .toISOString()
        .slice(0, 16);
  return (
    <TextField
      label={label}
      type="datetime-local"
      required={required}
      value={local}
      onChange={(text) => onChange(text === '' ? '' : new Date(Date.parse(text)).toISOString())}
    />
  );
}
