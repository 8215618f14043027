import { useTranslations } from 'use-intl';
import { ManagedField } from '../../ui/managed-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import styles from './notifications.module.css';

interface Named {
  id?: string | undefined;
  name?: string | undefined;
  managed_by?: string | undefined;
}

interface NameFieldsProps {
  draft: Named;
  /** The id of what is stored stays: everything else names it by that. */
  isNew: boolean;
  change(part: Named): void;
}

export function NameFields({ draft, isNew, change }: NameFieldsProps) {
  const t = useTranslations('notifications');
  return (
    <>
      <div className={styles.line}>
        <TextField
          label={t('name')}
          pointer="/name"
          value={draft.name ?? ''}
          onChange={(name) => change({ name })}
        />
        {isNew && (
          <TextField
            label={t('id')}
            pointer="/id"
            value={draft.id ?? ''}
            onChange={(id) => change({ id: id || undefined })}
          />
        )}
      </div>
      <ManagedField
        managedBy={draft.managed_by}
        onTakeOff={() => change({ managed_by: undefined })}
      />
    </>
  );
}
