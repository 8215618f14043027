import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { OnCall, OnCallInput } from '#domain/on-call.ts';
import { onCallQuery } from '../../api/queries.ts';
import { changed, unlessEmpty, withoutAt } from '../../format/change-document.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { MomentField } from '../../ui/moment-field.tsx';
import type { Partly } from '../../ui/partly.ts';
import { TextField } from '../../ui/text-field.tsx';
import { OWN_ZONE, TimeZoneField } from '../../ui/time-zone-field.tsx';
import { type DocumentFormProps, DocumentPage } from './document-page.tsx';
import { FormFrame } from './form-frame.tsx';
import { NameFields } from './name-fields.tsx';
import styles from './notifications.module.css';
import { useChoices } from './people-fields.tsx';
import { TurnFields } from './turn-fields.tsx';

export function OnCallPage() {
  const t = useTranslations('notifications');
  return (
    <DocumentPage<OnCall, OnCallInput>
      collection="on-call"
      newText={t('newRotation')}
      noneText={t('noRotations')}
      describe={(rotation) => <OnCallCalendar id={rotation.id} />}
      form={OnCallForm}
    />
  );
}

/** Who is on call now, and who takes over when. */
function OnCallCalendar({ id }: { id: string }) {
  const t = useTranslations('notifications');
  const formats = useFormats();
  const { data } = useQuery(onCallQuery(id));
  if (data === undefined) return null;
  return (
    <>
      <p>{data.contact === null ? t('nobodyOnCall') : t('onCallNow', { contact: data.contact })}</p>
      <ol className={styles.calendar}>
        {data.handovers.map(({ at, contact }) => (
          <li key={at}>
            <div className="muted number">{formats.moment(at)}</div>
            {contact ?? '–'}
          </li>
        ))}
      </ol>
    </>
  );
}

export function OnCallForm({ before, save, close }: DocumentFormProps<OnCall, OnCallInput>) {
  const t = useTranslations('notifications');
  const [draft, setDraft] = useState<OnCallInput>(() => draftOf(before));
  const change = (part: Partly<OnCallInput>) => setDraft(changed(draft, part));
  return (
    <FormFrame submit={() => save(draft)} close={close}>
      <NameFields draft={draft} isNew={before === undefined} change={change} />
      <TurnFields contacts={draft.contacts} onChange={(contacts) => change({ contacts })} />
      <div className={styles.line}>
        <MomentField
          label={t('firstHandover')}
          required
          pointer="/starts_at"
          zone={draft.time_zone}
          value={draft.starts_at}
          onChange={(starts_at) => change({ starts_at })}
        />
        <TextField
          label={t('shift')}
          placeholder="7d"
          required
          pointer="/shift"
          value={draft.shift}
          onChange={(shift) => change({ shift })}
        />
        <TimeZoneField
          pointer="/time_zone"
          value={draft.time_zone}
          onChange={(time_zone) => change({ time_zone })}
        />
      </div>
      <Overrides
        overrides={draft.overrides ?? []}
        zone={draft.time_zone}
        onChange={(overrides) => change({ overrides: unlessEmpty(overrides) })}
      />
    </FormFrame>
  );
}

type Override = NonNullable<OnCallInput['overrides']>[number];

function Overrides({
  overrides,
  zone,
  onChange,
}: {
  overrides: readonly Override[];
  zone: string;
  onChange(overrides: Override[]): void;
}) {
  const t = useTranslations('notifications');
  const choices = useChoices('contacts');
  const set = (at: number, part: Partial<Override>) =>
    onChange(overrides.map((other, place) => (place === at ? { ...other, ...part } : other)));
  return (
    <fieldset>
      <legend>{t('overrides')}</legend>
      {overrides.map((override, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an override is told apart by its place
        <div key={at} className={styles.line}>
          <MomentField
            label={t('from')}
            required
            pointer={`/overrides/${at}/from`}
            zone={zone}
            value={override.from}
            onChange={(from) => set(at, { from })}
          />
          <MomentField
            label={t('to')}
            required
            pointer={`/overrides/${at}/to`}
            zone={zone}
            value={override.to}
            onChange={(to) => set(at, { to })}
          />
          <ChoiceField
            label={t('contact')}
            pointer={`/overrides/${at}/contact`}
            value={override.contact}
            choices={choices}
            onChange={(contact) => set(at, { contact })}
          />
          <Button
            aria-label={t('removeOverride')}
            onClick={() => onChange(withoutAt(overrides, at))}
          >
            <Trash2 size={16} aria-hidden />
          </Button>
        </div>
      ))}
      <div>
        <Button
          onClick={() =>
            onChange([...overrides, { from: '', to: '', contact: choices[0]?.[0] ?? '' }])
          }
        >
          {t('addOverride')}
        </Button>
      </div>
    </fieldset>
  );
}

function draftOf(before: OnCall | undefined): OnCallInput {
  if (before === undefined)
    return { time_zone: OWN_ZONE, starts_at: '', shift: '7d', contacts: [] };
  const { id: _id, created_at: _made, updated_at: _changed, ...input } = before;
  return input;
}
