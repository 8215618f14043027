import type { FormEvent } from 'react';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SHELF_TIMES, useAlertActions } from './use-alert-actions.ts';

interface ShelveDialogProps {
  alerts: readonly Alert[];
  isOpen: boolean;
  close(): void;
}

/** Puts alerts aside for a time: it needs an end and a reason, and comes back by itself (ISA-18.2). */
export function ShelveDialog({ alerts, isOpen, close }: ShelveDialogProps) {
  const t = useTranslations('alerts');
  const words = useTranslations('words');
  const { shelve } = useAlertActions();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const time = SHELF_TIMES.find((name) => name === form.get('for')) ?? '1h';
    const shelf = { for: time, reason: String(form.get('reason')) };
    // Where nothing was put aside the reason stays, to be sent again.
    void shelve(alerts, form.has('one_shot') ? { ...shelf, one_shot: true } : shelf).then(
      (count) => count > 0 && close(),
    );
  };
  return (
    <Dialog title={t('shelveTitle', { count: alerts.length })} isOpen={isOpen} close={close}>
      <form onSubmit={submit}>
        <p className="muted">{t('shelveExplain')}</p>
        <label>
          {t('shelveFor')}
          <select name="for" defaultValue="1h">
            {SHELF_TIMES.map((time) => (
              <option key={time} value={time}>
                {t(`times.${time}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('reason')}
          <input name="reason" required maxLength={2000} />
        </label>
        <label style={{ gridTemplateColumns: 'auto 1fr', alignItems: 'center' }}>
          <input type="checkbox" name="one_shot" /> {t('oneShot')}
        </label>
        <div>
          <Button kind="primary" type="submit">
            {t('shelve')}
          </Button>{' '}
          <Button onClick={close}>{words('cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
