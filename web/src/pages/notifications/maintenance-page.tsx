import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { MaintenanceWindow, MaintenanceWindowInput } from '#domain/maintenance-window.ts';
import { maintenanceQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { MomentField } from '../../ui/moment-field.tsx';
import type { Partly } from '../../ui/partly.ts';
import { TextField } from '../../ui/text-field.tsx';
import { type DocumentFormProps, DocumentPage } from './document-page.tsx';
import { FormFrame } from './form-frame.tsx';
import { NameFields } from './name-fields.tsx';
import styles from './notifications.module.css';
import { compact, labelsOf, labelsText, listOf, listText } from './text-lists.ts';

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const RULES = ['', 'FREQ=DAILY', 'FREQ=WEEKLY', 'FREQ=MONTHLY'] as const;
type UsualRule = (typeof RULES)[number];

export function MaintenancePage() {
  const t = useTranslations('notifications');
  return (
    <DocumentPage<MaintenanceWindow, MaintenanceWindowInput>
      collection="maintenance-windows"
      newText={t('newWindow')}
      noneText={t('noWindows')}
      describe={(window) => <Occurrences window={window} />}
      form={WindowForm}
    />
  );
}

/** Whether it is open, and when it opens next. */
function Occurrences({ window: { id, where } }: { window: MaintenanceWindow }) {
  const t = useTranslations('notifications');
  const formats = useFormats();
  const { data } = useQuery(maintenanceQuery(id));
  return (
    <div className="muted">
      {[listText(where?.sensors), labelsText(where?.labels)].filter(Boolean).join(' · ') ||
        t('everySensor')}
      {data?.is_open === true && <strong> · {t('openNow')}</strong>}
      <ol>
        {data?.next.map(({ starts_at, ends_at }) => (
          <li key={starts_at} className="number">
            {formats.moment(starts_at)} – {formats.moment(ends_at)}
          </li>
        ))}
      </ol>
    </div>
  );
}

function WindowForm({
  before,
  save,
  close,
}: DocumentFormProps<MaintenanceWindow, MaintenanceWindowInput>) {
  const t = useTranslations('notifications');
  const [draft, setDraft] = useState<MaintenanceWindowInput>(() => draftOf(before));
  const [where, setWhere] = useState({
    sensors: listText(draft.where?.sensors),
    labels: labelsText(draft.where?.labels),
  });
  const change = (part: Partly<MaintenanceWindowInput>) =>
    setDraft({ ...draft, ...part } as MaintenanceWindowInput);
  const usual = RULES.find((rule) => rule === (draft.recurrence ?? ''));
  const input = () =>
    compact({
      ...draft,
      recurrence: draft.recurrence || undefined,
      where: compact({ sensors: listOf(where.sensors), labels: labelsOf(where.labels) }),
    }) as MaintenanceWindowInput;
  return (
    <FormFrame submit={() => save(input())} close={close}>
      <NameFields draft={draft} isNew={before === undefined} change={change} />
      <div className={styles.line}>
        <TextField
          label={t('matchSensors')}
          placeholder="freezer-*"
          value={where.sensors}
          onChange={(sensors) => setWhere({ ...where, sensors })}
        />
        <TextField
          label={t('matchLabels')}
          placeholder="site=lyon"
          value={where.labels}
          onChange={(labels) => setWhere({ ...where, labels })}
        />
      </div>
      <div className={styles.line}>
        <MomentField
          label={t('starts')}
          required
          value={draft.starts_at}
          onChange={(starts_at) => change({ starts_at })}
        />
        <TextField
          label={t('duration')}
          placeholder="1h"
          required
          value={draft.duration}
          onChange={(duration) => change({ duration })}
        />
        <TextField
          label={t('timeZone')}
          value={draft.time_zone}
          onChange={(time_zone) => change({ time_zone })}
        />
      </div>
      <div className={styles.line}>
        {usual !== undefined && (
          <ChoiceField<UsualRule>
            label={t('recurrence')}
            value={usual}
            choices={[
              ['', t('once')],
              ['FREQ=DAILY', t('daily')],
              ['FREQ=WEEKLY', t('weekly')],
              ['FREQ=MONTHLY', t('monthly')],
            ]}
            onChange={(recurrence) => change({ recurrence })}
          />
        )}
        <TextField
          label={t('recurrenceRule')}
          hint={t('recurrenceHint')}
          value={draft.recurrence ?? ''}
          onChange={(recurrence) => change({ recurrence })}
        />
      </div>
    </FormFrame>
  );
}

function draftOf(before: MaintenanceWindow | undefined): MaintenanceWindowInput {
  if (before === undefined) return { time_zone: OWN_ZONE, starts_at: '', duration: '1h' };
  const { id: _id, created_at: _made, updated_at: _changed, ...input } = before;
  return input;
}
