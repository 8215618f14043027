import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { MaintenanceWindow, MaintenanceWindowInput } from '#domain/maintenance-window.ts';
import { maintenanceQuery } from '../../api/queries.ts';
import { changed, changedPart } from '../../format/change-document.ts';
import { useFormats } from '../../format/use-formats.ts';
import { MomentField } from '../../ui/moment-field.tsx';
import { LabelsField, ListField } from '../../ui/parsed-field.tsx';
import type { Partly } from '../../ui/partly.ts';
import { SensorExceptions } from '../../ui/sensor-exceptions.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { OWN_ZONE, TimeZoneField } from '../../ui/time-zone-field.tsx';
import { useSelectorText } from '../../ui/use-selector-text.ts';
import { type DocumentFormProps, DocumentPage } from './document-page.tsx';
import { EnabledField } from './enabled-field.tsx';
import { FormFrame } from './form-frame.tsx';
import { NameFields } from './name-fields.tsx';
import styles from './notifications.module.css';
import { RecurrenceFields } from './recurrence-fields.tsx';

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
function Occurrences({ window: { id, where, enabled } }: { window: MaintenanceWindow }) {
  const t = useTranslations('notifications');
  const formats = useFormats();
  const selectorText = useSelectorText();
  const { data } = useQuery(maintenanceQuery(id));
  return (
    <div className="muted">
      {selectorText(where) || t('everySensor')}
      {!enabled && ` · ${t('disabled')}`}
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

export function WindowForm({
  before,
  save,
  close,
}: DocumentFormProps<MaintenanceWindow, MaintenanceWindowInput>) {
  const t = useTranslations('notifications');
  const [draft, setDraft] = useState<MaintenanceWindowInput>(() => draftOf(before));
  const change = (part: Partly<MaintenanceWindowInput>) => setDraft(changed(draft, part));
  return (
    <FormFrame submit={() => save(draft)} close={close}>
      <NameFields draft={draft} isNew={before === undefined} change={change} />
      <div className={styles.line}>
        <ListField
          label={t('matchSensors')}
          placeholder="freezer-*"
          pointer="/where/sensors"
          value={draft.where?.sensors}
          onChange={(sensors) =>
            change({ where: changedPart(draft.where, { sensors: sensors && [...sensors] }) })
          }
        />
        <LabelsField
          label={t('matchLabels')}
          placeholder="site=lyon"
          pointer="/where/labels"
          value={draft.where?.labels}
          onChange={(labels) => change({ where: changedPart(draft.where, { labels }) })}
        />
      </div>
      <SensorExceptions
        not={draft.where?.not}
        onChange={(not) => change({ where: changedPart(draft.where, { not }) })}
      />
      <div className={styles.line}>
        <MomentField
          label={t('starts')}
          required
          pointer="/starts_at"
          zone={draft.time_zone}
          value={draft.starts_at}
          onChange={(starts_at) => change({ starts_at })}
        />
        <TextField
          label={t('duration')}
          placeholder="1h"
          required
          pointer="/duration"
          value={draft.duration}
          onChange={(duration) => change({ duration })}
        />
        <TimeZoneField
          pointer="/time_zone"
          value={draft.time_zone}
          onChange={(time_zone) => change({ time_zone })}
        />
      </div>
      <RecurrenceFields
        rule={draft.recurrence}
        zone={draft.time_zone}
        onChange={(recurrence) => change({ recurrence })}
      />
      <EnabledField value={draft.enabled} onChange={(enabled) => change({ enabled })} />
    </FormFrame>
  );
}

function draftOf(before: MaintenanceWindow | undefined): MaintenanceWindowInput {
  if (before === undefined) return { time_zone: OWN_ZONE, starts_at: '', duration: '1h' };
  const { id: _id, created_at: _made, updated_at: _changed, ...input } = before;
  return input;
}
