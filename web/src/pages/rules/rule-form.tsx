import { useTranslations } from 'use-intl';
import { ManagedField } from '../../ui/managed-field.tsx';
import { SensorExceptions } from '../../ui/sensor-exceptions.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { ConditionFields } from './condition-fields.tsx';
import type { RuleDraft } from './rule-draft.ts';
import styles from './rules.module.css';
import { ScheduleFields } from './schedule-fields.tsx';
import { TellingFields } from './telling-fields.tsx';

export interface RuleFieldsProps {
  draft: RuleDraft;
  change(part: Partial<RuleDraft>): void;
}

export function RuleForm({ draft, isNew, change }: RuleFieldsProps & { isNew: boolean }) {
  const t = useTranslations('rules.form');
  return (
    <>
      <fieldset className={styles.fields}>
        <legend>{t('what')}</legend>
        <div className={styles.line}>
          <TextField
            label={t('nameEn')}
            pointer="/name/en"
            value={draft.name.en}
            onChange={(en) => change({ name: { ...draft.name, en } })}
          />
          <TextField
            label={t('nameFr')}
            pointer="/name/fr"
            value={draft.name.fr}
            onChange={(fr) => change({ name: { ...draft.name, fr } })}
          />
        </div>
        {isNew && (
          <TextField
            label={t('id')}
            pointer="/id"
            hint={t('idHint')}
            value={draft.id}
            onChange={(id) => change({ id })}
          />
        )}
        <ManagedField
          managedBy={draft.managedBy}
          onTakeOff={() => change({ managedBy: undefined })}
        />
      </fieldset>
      <fieldset className={styles.fields}>
        <legend>{t('where')}</legend>
        <div className={styles.line}>
          <TextField
            label={t('sensors')}
            pointer="/where/sensors"
            hint={t('sensorsHint')}
            placeholder="freezer-*"
            value={draft.sensors}
            onChange={(sensors) => change({ sensors })}
          />
          <TextField
            label={t('labels')}
            pointer="/where/labels"
            hint={t('labelsHint')}
            placeholder="site=lyon"
            value={draft.labels}
            onChange={(labels) => change({ labels })}
          />
        </div>
        <SensorExceptions not={draft.not} onChange={(not = []) => change({ not })} />
      </fieldset>
      <ConditionFields draft={draft} change={change} />
      <TellingFields draft={draft} change={change} />
      <ScheduleFields draft={draft} change={change} />
    </>
  );
}
