import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Contact } from '#domain/notification.ts';
import type { OnCall, OnCallInput } from '#domain/on-call.ts';
import { documentsQuery, onCallQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { MomentField } from '../../ui/moment-field.tsx';
import type { Partly } from '../../ui/partly.ts';
import { TextField } from '../../ui/text-field.tsx';
import { type DocumentFormProps, DocumentPage } from './document-page.tsx';
import { FormFrame } from './form-frame.tsx';
import { NameFields } from './name-fields.tsx';
import styles from './notifications.module.css';
import { listOf, listText } from './text-lists.ts';

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

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

function OnCallForm({ before, save, close }: DocumentFormProps<OnCall, OnCallInput>) {
  const t = useTranslations('notifications');
  const [draft, setDraft] = useState<OnCallInput>(() => draftOf(before));
  const [people, setPeople] = useState(listText(draft.contacts));
  const change = (part: Partly<OnCallInput>) => setDraft({ ...draft, ...part } as OnCallInput);
  return (
    <FormFrame submit={() => save({ ...draft, contacts: listOf(people) ?? [] })} close={close}>
      <NameFields draft={draft} isNew={before === undefined} change={change} />
      <TextField
        label={t('rotationContacts')}
        hint={t('rotationHint')}
        required
        value={people}
        onChange={setPeople}
      />
      <div className={styles.line}>
        <MomentField
          label={t('firstHandover')}
          required
          value={draft.starts_at}
          onChange={(starts_at) => change({ starts_at })}
        />
        <TextField
          label={t('shift')}
          placeholder="7d"
          required
          value={draft.shift}
          onChange={(shift) => change({ shift })}
        />
        <TextField
          label={t('timeZone')}
          value={draft.time_zone}
          onChange={(time_zone) => change({ time_zone })}
        />
      </div>
      <Overrides
        overrides={draft.overrides ?? []}
        onChange={(overrides) => change({ overrides })}
      />
    </FormFrame>
  );
}

type Override = NonNullable<OnCallInput['overrides']>[number];

function Overrides({
  overrides,
  onChange,
}: {
  overrides: readonly Override[];
  onChange(overrides: Override[]): void;
}) {
  const t = useTranslations('notifications');
  const { data: contacts } = useQuery(documentsQuery<Contact>('contacts'));
  const choices = (contacts?.items ?? []).map(({ id, name }) => [id, name || id] as const);
  const set = (at: number, part: Partial<Override>) =>
    onChange(
      overrides.map((override, index) => (index === at ? { ...override, ...part } : override)),
    );
  return (
    <fieldset>
      <legend>{t('overrides')}</legend>
      {overrides.map((override, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an override is told apart by its place
        <div key={at} className={styles.line}>
          <MomentField
            label={t('from')}
            required
            value={override.from}
            onChange={(from) => set(at, { from })}
          />
          <MomentField
            label={t('to')}
            required
            value={override.to}
            onChange={(to) => set(at, { to })}
          />
          <ChoiceField
            label={t('contact')}
            value={override.contact}
            choices={choices}
            onChange={(contact) => set(at, { contact })}
          />
          <Button
            aria-label={t('removeOverride')}
            onClick={() => onChange(overrides.filter((_, index) => index !== at))}
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
