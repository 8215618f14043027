import { useTranslations } from 'use-intl';

interface ManagedFieldProps {
  managedBy: string | undefined;
  onTakeOff(): void;
}

/** Who keeps the document, where a program does: its next run makes it again what its files say. */
export function ManagedField({ managedBy, onTakeOff }: ManagedFieldProps) {
  const t = useTranslations('words.managed');
  if (managedBy === undefined) return null;
  return (
    <label>
      <input type="checkbox" checked onChange={onTakeOff} /> {t('by', { who: managedBy })}{' '}
      <span className="muted">{t('hint')}</span>
    </label>
  );
}
