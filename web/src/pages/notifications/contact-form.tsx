import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Contact, ContactInput } from '#domain/notification.ts';
import { channelsQuery } from '../../api/queries.ts';
import { changed } from '../../format/change-document.ts';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import type { Partly } from '../../ui/partly.ts';
import { OWN_ZONE, TimeZoneField } from '../../ui/time-zone-field.tsx';
import { EnabledField } from './enabled-field.tsx';
import { FormFrame } from './form-frame.tsx';
import { NameFields } from './name-fields.tsx';
import styles from './notifications.module.css';
import { OneOfField, TemplateField } from './people-fields.tsx';
import { QuietHoursFields } from './quiet-hours-fields.tsx';
import { SettingsFields } from './settings-fields.tsx';
import { UnitFields } from './unit-fields.tsx';

interface ContactFormProps {
  before: Contact | undefined;
  save(input: ContactInput): Promise<Contact>;
  close(): void;
}

/** A person or a system, and how to reach them; the fields of a channel are drawn from its own schema. */
export function ContactForm({ before, save, close }: ContactFormProps) {
  const [secret, setSecret] = useState<string>();
  const [draft, setDraft] = useState<ContactInput>(() => draftOf(before));
  const change = (part: Partly<ContactInput>) => setDraft(changed(draft, part));
  const submit = async () => {
    const stored = await save(draft);
    // A secret that the platform made is in this answer and in no other.
    const made =
      before === undefined && draft.settings.secret === undefined && stored.settings.secret;
    if (typeof made !== 'string' || made === '…') return true;
    setSecret(made);
    return false;
  };
  if (secret !== undefined) return <SecretOnce secret={secret} close={close} />;
  return (
    <FormFrame submit={submit} close={close}>
      <NameFields draft={draft} isNew={before === undefined} change={change} />
      <WayFields draft={draft} change={change} />
      <QuietHoursFields
        quietHours={draft.quiet_hours}
        timeZone={draft.time_zone}
        onChange={(quiet_hours) => change({ quiet_hours })}
      />
      <WishFields draft={draft} id={before?.id} change={change} />
      <EnabledField value={draft.enabled} onChange={(enabled) => change({ enabled })} />
    </FormFrame>
  );
}

function SecretOnce({ secret, close }: { secret: string; close(): void }) {
  const t = useTranslations('notifications');
  const words = useTranslations('words');
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

interface PartProps {
  draft: ContactInput;
  change(part: Partly<ContactInput>): void;
}

/** By what, and in which words. */
function WayFields({ draft, change }: PartProps) {
  const t = useTranslations('notifications');
  const { data: channels } = useQuery(channelsQuery);
  const channel = channels?.items.find(({ name }) => name === draft.channel);
  return (
    <>
      <div className={styles.line}>
        <ChoiceField
          label={t('channel')}
          value={draft.channel}
          choices={(channels?.items ?? []).map(({ name }) => [name, name] as const)}
          pointer="/channel"
          onChange={(name) => change({ channel: name, settings: {} })}
        />
        <ChoiceField
          label={t('language')}
          value={draft.language ?? 'en'}
          choices={[
            ['en', 'English'],
            ['fr', 'Français'],
          ]}
          pointer="/language"
          onChange={(language) => change({ language })}
        />
        <TimeZoneField
          value={draft.time_zone ?? ''}
          pointer="/time_zone"
          onChange={(zone) => change({ time_zone: zone || undefined })}
        />
      </div>
      {channel !== undefined && (
        <SettingsFields
          channel={channel}
          settings={draft.settings}
          onChange={(settings) => change({ settings })}
        />
      )}
      <UnitFields units={draft.units} onChange={(units) => change({ units })} />
    </>
  );
}

/** What else a contact may wish; without any of it everything goes as usual. */
function WishFields({ draft, id, change }: PartProps & { id: string | undefined }) {
  const t = useTranslations('notifications');
  return (
    <div className={styles.line}>
      <OneOfField
        label={t('standIn')}
        hint={t('standInHint')}
        collection="contacts"
        none={t('standInNone')}
        except={id}
        pointer="/fallback_contact"
        value={draft.fallback_contact}
        onChange={(fallback_contact) => change({ fallback_contact })}
      />
      <ChoiceField
        label={t('storm.label')}
        hint={t('storm.hint')}
        value={draft.storm ?? ''}
        choices={[
          ['', t('storm.usual')],
          ['digest', t('storm.digest')],
          ['whole', t('storm.whole')],
        ]}
        pointer="/storm"
        onChange={(storm) => change({ storm: storm === '' ? undefined : storm })}
      />
      <TemplateField value={draft.template} onChange={(template) => change({ template })} />
    </div>
  );
}

/** What only the platform writes is no part of it. */
function draftOf(before: Contact | undefined): ContactInput {
  if (before === undefined) {
    const language = document.documentElement.lang === 'fr' ? 'fr' : 'en';
    return { channel: 'email', settings: {}, language, time_zone: OWN_ZONE };
  }
  const { id: _id, created_at: _made, updated_at: _changed, failing: _failing, ...input } = before;
  return input;
}
