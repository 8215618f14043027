import { BellOff } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/text-field.tsx';
import { browserName } from './browser-name.ts';
import styles from './push.module.css';
import type { BrowserActions } from './use-browser-actions.ts';

/** The contact is found in the list by its name: the browser's, until somebody says whose it is. */
export function NewBrowser({ actions }: { actions: BrowserActions }) {
  const t = useTranslations('push');
  const [name, setName] = useState(() => browserName(navigator.userAgent) || t('unnamed'));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void actions.tell({ name });
  };
  return (
    <form onSubmit={submit}>
      <p>
        <BellOff size={16} aria-hidden /> <strong>{t('notTold')}</strong> {t('explain')}
      </p>
      <div className={styles.doing}>
        <TextField label={t('name')} value={name} required maxLength={200} onChange={setName} />
        <Button type="submit" kind="primary" disabled={actions.isBusy}>
          {t('tell')}
        </Button>
      </div>
    </form>
  );
}
