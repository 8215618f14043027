import type { FormEvent } from 'react';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import styles from './alerts.module.css';
import { useAlertActions } from './use-alert-actions.ts';

/** Every change with who, when and why, newest first; and where one adds to it. */
export function AlertHistory({ alert }: { alert: Alert }) {
  const t = useTranslations('alerts');
  const formats = useFormats();
  const { comment, assign } = useAlertActions();
  const submit =
    (act: (text: string) => Promise<boolean>) => (event: FormEvent<HTMLFormElement>) => {
      event.preventDefault();
      const form = event.currentTarget;
      const text = String(new FormData(form).get('text')).trim();
      // What was not taken stays, to be sent again.
      void act(text).then((isDone) => isDone && form.reset());
    };
  return (
    <section aria-labelledby="history">
      <h2 id="history">{t('history')}</h2>
      <ol className={styles.history}>
        {[...(alert.history ?? [])].reverse().map((entry) => (
          <li key={`${entry.at} ${entry.change} ${entry.comment}`}>
            <strong>{t(`change.${entry.change}`)}</strong>{' '}
            <span className="muted">
              <time dateTime={entry.at}>{formats.moment(entry.at)}</time> · {entry.by}
            </span>
            {entry.comment !== null && <p>{entry.comment}</p>}
          </li>
        ))}
      </ol>
      <form className={styles.inline} onSubmit={submit((text) => comment(alert, text))}>
        <label>
          {t('comment')}
          <input name="text" required maxLength={2000} />
        </label>
        <Button type="submit">{t('addComment')}</Button>
      </form>
      <form className={styles.inline} onSubmit={submit((text) => assign(alert, text || null))}>
        <label>
          {t('assignTo')}
          <input name="text" maxLength={200} defaultValue={alert.assignee ?? ''} />
        </label>
        <Button type="submit">{t('assign')}</Button>
      </form>
    </section>
  );
}
