import { useTranslations } from 'use-intl';

interface EnabledFieldProps {
  /** Not said in the document = on. */
  value: boolean | undefined;
  onChange(isEnabled: boolean): void;
}

export function EnabledField({ value, onChange }: EnabledFieldProps) {
  const t = useTranslations('notifications');
  return (
    <label>
      <input
        type="checkbox"
        checked={value ?? true}
        onChange={({ target }) => onChange(target.checked)}
      />{' '}
      {t('enabled')}
    </label>
  );
}
