import { useTranslations } from 'use-intl';
import { instantOf, wallTime } from '../format/zone-time.ts';
import { TextField } from './text-field.tsx';
import { OWN_ZONE } from './time-zone-field.tsx';

interface MomentFieldProps {
  label: string;
  /** RFC 3339; empty where nothing is chosen. */
  value: string;
  /** On which clock it is read; the reader's own unless said, and where it is no zone. */
  zone?: string | undefined;
  required?: boolean;
  pointer?: string | undefined;
  onChange(value: string): void;
}

/** A date and time on the clock of a zone, as RFC 3339 in UTC outside. */
export function MomentField({ value, zone, onChange, ...rest }: MomentFieldProps) {
  const t = useTranslations('words');
  const clock = zone !== undefined && isZone(zone) ? zone : OWN_ZONE;
  const timeMs = Date.parse(value);
  return (
    <TextField
      {...rest}
      type="datetime-local"
      hint={clock === OWN_ZONE ? undefined : t('timeOf', { zone: clock })}
      value={Number.isNaN(timeMs) ? '' : wallTime(timeMs, clock)}
      onChange={(text) =>
        onChange(text === '' ? '' : new Date(instantOf(text, clock)).toISOString())
      }
    />
  );
}

function isZone(zone: string): boolean {
  try {
    wallTime(0, zone);
    return true;
  } catch {
    return false;
  }
}
