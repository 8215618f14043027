import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Contact, ContactInput } from '#domain/notification.ts';
import { channelsQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import type { Partly } from '../../ui/partly.ts';
import { ProblemText } from '../../ui/problem-text.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { NameFields } from './name-fields.tsx';
import styles from './notifications.module.css';
import { SettingsFields } from './settings-fields.tsx';

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

interface ContactFormProps {
  before: Contact | undefined;
  save(input: ContactInput): Promise<Contact>;
  close(): void;
}

/** A person or a system, and how to reach them; the fields of a channel are drawn from its own schema. */
export function ContactForm({ before, save, close }: ContactFormProps) {
  const t = useTranslations('notifications');
  const words = useTranslations('words');
  const { data: channels } = useQuery(channelsQuery);
  const [problem, setProblem] = useState<unknown>();
  const [secret, setSecret] = useState<string>();
  const [draft, setDraft] = useState<ContactInput>(() => draftOf(before));
  const change = (part: Partly<ContactInput>) => setDraft({ ...draft, ...part } as ContactInput);
  const channel = channels?.items.find(({ name }) => name === draft.channel);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    try {
      const stored = await save(draft);
      // A secret that the platform made is in this answer and in no other.
      const made =
        before === undefined && draft.settings.secret === undefined && stored.settings.secret;
      if (typeof made === 'string' && made !== '…') setSecret(made);
      else close();
    } catch (error) {
      setProblem(error);
    }
  };
  if (secret !== undefined) {
    return (
      <div className={styles.form} role="status">
        <p>{t('secretOnce')}</p>
        <code>{secret}</code>
        <div>
          <Button onClick={close}>{words('close')}</Button>
        </div>
      </div>
    );
  }
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <NameFields draft={draft} isNew={before === undefined} change={change} />
      <div className={styles.line}>
        <ChoiceField
          label={t('channel')}
          value={draft.channel}
          choices={(channels?.items ?? [{ name: draft.channel }]).map(
            ({ name }) => [name, name] as const,
          )}
          onChange={(name) => change({ channel: name, settings: {} })}
        />
        <ChoiceField
          label={t('language')}
          value={draft.language ?? 'en'}
          choices={[
            ['en', 'English'],
            ['fr', 'Français'],
          ]}
          onChange={(language) => change({ language })}
        />
        <ChoiceField
          label={t('units')}
          value={
            typeof draft.units === 'string' ? draft.units : draft.units === undefined ? '' : 'own'
          }
          choices={[
            ['', t('unitsMeasured')],
            ['metric', t('unitsMetric')],
            ['us', t('unitsUs')],
            ...(typeof draft.units === 'object' ? [['own', t('unitsOwn')] as const] : []),
          ]}
          onChange={(units) => {
            if (units !== 'own')
              change({ units: units === '' ? undefined : (units as 'metric' | 'us') });
          }}
        />
        <TextField
          label={t('timeZone')}
          value={draft.time_zone ?? ''}
          onChange={(time_zone) => change({ time_zone })}
        />
      </div>
      {channel !== undefined && (
        <SettingsFields
          channel={channel}
          settings={draft.settings}
          onChange={(settings) => change({ settings })}
        />
      )}
      <label>
        <input
          type="checkbox"
          checked={draft.enabled ?? true}
          onChange={({ target }) => change({ enabled: target.checked })}
        />{' '}
        {t('enabled')}
      </label>
      <div role="alert">{problem !== undefined && <ProblemText problem={problem} />}</div>
      <div>
        <Button kind="primary" type="submit">
          {t('save')}
        </Button>{' '}
        <Button onClick={close}>{words('cancel')}</Button>
      </div>
    </form>
  );
}

/** What the form does not show is kept as it was. */
function draftOf(before: Contact | undefined): ContactInput {
  if (before === undefined) {
    const language = document.documentElement.lang === 'fr' ? 'fr' : 'en';
    return { channel: 'email', settings: {}, language, time_zone: OWN_ZONE };
  }
  const { id: _id, created_at: _made, updated_at: _changed, ...input } = before;
  return input;
}
