import { useTranslations } from 'use-intl';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { ConditionFields } from './condition-fields.tsx';
import type { RuleDraft } from './rule-draft.ts';
import styles from './rules.module.css';
import { ScheduleFields } from './schedule-fields.tsx';

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
            value={draft.name.en}
            onChange={(en) => change({ name: { ...draft.name, en } })}
          />
          <TextField
            label={t('nameFr')}
            value={draft.name.fr}
            onChange={(fr) => change({ name: { ...draft.name, fr } })}
          />
        </div>
        {isNew && (
          <TextField
            label={t('id')}
            hint={t('idHint')}
            value={draft.id}
            onChange={(id) => change({ id })}
          />
        )}
      </fieldset>
      <fieldset className={styles.fields}>
        <legend>{t('where')}</legend>
        <div className={styles.line}>
          <TextField
            label={t('sensors')}
            hint={t('sensorsHint')}
            placeholder="freezer-*"
            value={draft.sensors}
            onChange={(sensors) => change({ sensors })}
          />
          <TextField
            label={t('labels')}
            hint={t('labelsHint')}
            placeholder="site=lyon"
            value={draft.labels}
            onChange={(labels) => change({ labels })}
          />
        </div>
      </fieldset>
      <ConditionFields draft={draft} change={change} />
      <PeopleFields draft={draft} change={change} />
      <ScheduleFields draft={draft} change={change} />
    </>
  );
}

/** What people are told, and how long it holds. */
function PeopleFields({ draft, change }: RuleFieldsProps) {
  const t = useTranslations('rules.form');
  const words = useTranslations('words.severity');
  const { message, instructions } = draft;
  return (
    <fieldset className={styles.fields}>
      <legend>{t('people')}</legend>
      <div className={styles.line}>
        <ChoiceField
          label={t('severity')}
          value={draft.severity}
          choices={[
            ['', t('usual', { severity: words('warning') })],
            ['info', words('info')],
            ['warning', words('warning')],
            ['critical', words('critical')],
          ]}
          onChange={(severity) => change({ severity })}
        />
        <TextField
          label={t('policy')}
          hint={t('policyHint')}
          value={draft.policy}
          onChange={(policy) => change({ policy })}
        />
        <TextField
          label={t('reAlert')}
          hint={t('reAlertHint')}
          placeholder="4h"
          value={draft.reAlert}
          onChange={(reAlert) => change({ reAlert })}
        />
      </div>
      <div className={styles.line}>
        <TextField
          label={t('instructionsEn')}
          value={instructions.en}
          onChange={(en) => change({ instructions: { ...instructions, en } })}
        />
        <TextField
          label={t('instructionsFr')}
          value={instructions.fr}
          onChange={(fr) => change({ instructions: { ...instructions, fr } })}
        />
      </div>
      <div className={styles.line}>
        <TextField
          label={t('messageEn')}
          value={message.en}
          onChange={(en) => change({ message: { ...message, en } })}
        />
        <TextField
          label={t('messageFr')}
          value={message.fr}
          onChange={(fr) => change({ message: { ...message, fr } })}
        />
      </div>
      <label>
        <input
          type="checkbox"
          checked={draft.latch}
          onChange={({ target }) => change({ latch: target.checked })}
        />{' '}
        {t('latch')}
      </label>
      <label>
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={({ target }) => change({ enabled: target.checked })}
        />{' '}
        {t('enabled')}
      </label>
    </fieldset>
  );
}
