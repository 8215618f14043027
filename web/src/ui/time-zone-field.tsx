import { useId } from 'react';
import { useTranslations } from 'use-intl';
import { TextField } from './text-field.tsx';

export const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ZONES = [...new Set([OWN_ZONE, 'UTC', ...Intl.supportedValuesOf('timeZone')])];

interface TimeZoneFieldProps {
  value: string;
  pointer?: string | undefined;
  onChange(zone: string): void;
}

/** A zone of the IANA database, with those that the browser knows to choose from. */
export function TimeZoneField({ value, pointer, onChange }: TimeZoneFieldProps) {
  const t = useTranslations('words');
  const id = useId();
  return (
    <>
      <TextField
        label={t('timeZone')}
        value={value}
        list={id}
        pointer={pointer}
        onChange={onChange}
      />
      <datalist id={id}>
        {ZONES.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
