import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ApiKey, ApiKeyCreated } from '#domain/access.ts';
import { ask } from '../../api/ask.ts';
import { keysQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import styles from './settings.module.css';

const SCOPES = ['ingest', 'read', 'admin'] as const;

/** Who may send, read and change: keys are made here, shown once, and revoked for good. */
export function KeysSection() {
  const t = useTranslations('settings');
  const formats = useFormats();
  const { data, error } = useQuery(keysQuery);
  const [leaving, setLeaving] = useState<ApiKey>();
  return (
    <section className={styles.section} aria-labelledby="keys">
      <h2 id="keys">{t('keys')}</h2>
      {error !== null && <ProblemText problem={error} />}
      {data !== undefined && (
        <div className={styles.scroll}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('name')}</th>
                <th scope="col">{t('scopes')}</th>
                <th scope="col">{t('made')}</th>
                <th scope="col">
                  <span className="visually-hidden">{t('revoke')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((key) => (
                <tr key={key.id}>
                  <td>{key.name}</td>
                  <td>{key.scopes.join(', ')}</td>
                  <td>{formats.moment(key.created_at)}</td>
                  <td>
                    {key.revoked_at === null ? (
                      <Button
                        aria-label={t('revokeOf', { name: key.name })}
                        onClick={() => setLeaving(key)}
                      >
                        {t('revoke')}
                      </Button>
                    ) : (
                      <span className="muted">{t('revoked')}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <NewKey />
      <RevokeDialog apiKey={leaving} close={() => setLeaving(undefined)} />
    </section>
  );
}

function NewKey() {
  const t = useTranslations('settings');
  const queries = useQueryClient();
  const { failed } = useNotices();
  const [made, setMade] = useState<ApiKeyCreated>();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    try {
      const body = { name: fields.get('name'), scopes: fields.getAll('scope') };
      setMade(await ask<ApiKeyCreated>('POST /v1/api-keys', { body }));
      form.reset();
    } catch (error) {
      failed(error);
    }
    await queries.invalidateQueries({ queryKey: ['keys'] });
  };
  return (
    <form className={styles.line} onSubmit={(event) => void submit(event)}>
      <label>
        {t('newName')} <input name="name" required maxLength={200} />
      </label>
      <fieldset className={styles.scopes}>
        <legend>{t('scopes')}</legend>
        {SCOPES.map((scope) => (
          <label key={scope}>
            <input type="checkbox" name="scope" value={scope} defaultChecked={scope === 'ingest'} />{' '}
            {t(`scope.${scope}`)}
          </label>
        ))}
      </fieldset>
      <Button type="submit">{t('makeKey')}</Button>
      <div role="status" className={styles.made}>
        {made !== undefined && (
          <>
            {t('shownOnce', { name: made.name })} <code>{made.key}</code>
          </>
        )}
      </div>
    </form>
  );
}

/** Asked first: a revoked key cannot be brought back, and what sends with it stops. */
function RevokeDialog({ apiKey, close }: { apiKey: ApiKey | undefined; close(): void }) {
  const t = useTranslations('settings');
  const words = useTranslations('words');
  const queries = useQueryClient();
  const { done, failed } = useNotices();
  const revoke = async () => {
    close();
    try {
      await ask(`DELETE /v1/api-keys/${encodeURIComponent(apiKey?.id ?? '')}`);
      done(t('revokedNotice', { name: apiKey?.name ?? '' }));
    } catch (error) {
      failed(error);
    }
    await queries.invalidateQueries({ queryKey: ['keys'] });
  };
  return (
    <Dialog
      title={t('revokeTitle', { name: apiKey?.name ?? '' })}
      isOpen={apiKey !== undefined}
      close={close}
    >
      <p>{t('revokeExplain')}</p>
      <Button kind="danger" onClick={() => void revoke()}>
        {t('revoke')}
      </Button>{' '}
      <Button onClick={close}>{words('cancel')}</Button>
    </Dialog>
  );
}
