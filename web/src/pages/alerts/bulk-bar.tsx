import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import { Button } from '../../ui/button.tsx';
import styles from './alerts.module.css';
import { ShelveDialog } from './shelve-dialog.tsx';
import { useAlertActions } from './use-alert-actions.ts';

interface BulkBarProps {
  alerts: readonly Alert[];
  clear(): void;
}

/** What is done to the chosen alerts; there only while some are. */
export function BulkBar({ alerts, clear }: BulkBarProps) {
  const t = useTranslations('alerts');
  const { acknowledge } = useAlertActions();
  const [isShelving, setShelving] = useState(false);
  if (alerts.length === 0) return null;
  const unseen = alerts.filter(({ acknowledged }) => !acknowledged);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a row everywhere
    <div className={styles.bulk} role="group" aria-label={t('chosenActions')}>
      <span role="status">{t('chosen', { count: alerts.length })}</span>
      <Button
        kind="primary"
        disabled={unseen.length === 0}
        onClick={() => void acknowledge(unseen).then(clear)}
      >
        {t('acknowledgeChosen')}
      </Button>
      <Button onClick={() => setShelving(true)}>{t('shelveChosen')}</Button>
      <Button kind="plain" onClick={clear}>
        {t('clearChoice')}
      </Button>
      <ShelveDialog
        alerts={alerts}
        isOpen={isShelving}
        close={() => {
          setShelving(false);
          clear();
        }}
      />
    </div>
  );
}
