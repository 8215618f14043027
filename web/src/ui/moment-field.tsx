import { useTranslations } from 'use-intl';
import { wallTime } from '../format/zone-time.ts';
import { TextField } from './text-field.tsx';
import { OWN_ZONE } from './time-zone-field.tsx';
import { useTypedMoment } from './typed-moment.ts';

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
  const field = useTypedMoment({ timeMs: Date.parse(value), zone: clock }, (timeMs) =>
    onChange(timeMs === undefined ? '' : new Date(timeMs).toISOString()),
  );
  const hint = clock === OWN_ZONE ? undefined : t('timeOf', { zone: clock });
  return <TextField {...rest} {...field} type="datetime-local" {...(hint && { hint })} />;
}

function isZone(zone: string): boolean {
  try {
    wallTime(0, zone);
    return true;
  } catch {
    return false;
  }
}
