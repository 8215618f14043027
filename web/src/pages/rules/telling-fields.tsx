import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import type { Policy } from '#domain/notification.ts';
import { documentsQuery } from '../../api/queries.ts';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { TextArea, TextField } from '../../ui/text-field.tsx';
import type { RuleFieldsProps } from './rule-form.tsx';
import styles from './rules.module.css';

/** What a text of a rule may name. */
const FILLED_IN =
  '{sensor}, {location}, {value} {unit}, {limit} {unit}, {metric}, {severity}, {since}';

/** What people are told, who, and how long it holds. */
export function TellingFields({ draft, change }: RuleFieldsProps) {
  const t = useTranslations('rules.form');
  const words = useTranslations('words.severity');
  const { data: policies } = useQuery(documentsQuery<Policy>('policies'));
  const named = (policies?.items ?? []).map(({ id, name }) => [id, name ?? id] as const);
  return (
    <fieldset className={styles.fields}>
      <legend>{t('people')}</legend>
      <div className={styles.line}>
        <ChoiceField
          label={t('severity')}
          hint={t('severityHint')}
          pointer="/severity"
          value={draft.severity}
          choices={[
            ['', t('usual', { severity: words('warning') })],
            ['info', words('info')],
            ['warning', words('warning')],
            ['critical', words('critical')],
          ]}
          onChange={(severity) => change({ severity })}
        />
        <ChoiceField
          label={t('policy')}
          hint={t('policyHint')}
          pointer="/policy"
          value={draft.policy}
          choices={[['', t('policyNone')], ...named]}
          onChange={(policy) => change({ policy })}
        />
        <TextField
          label={t('reAlert')}
          hint={t('reAlertHint')}
          placeholder="4h"
          pointer="/re_alert"
          value={draft.reAlert}
          onChange={(reAlert) => change({ reAlert })}
        />
      </div>
      <TextsFields draft={draft} change={change} />
      <label>
        <input
          type="checkbox"
          checked={draft.latch}
          onChange={({ target }) => change({ latch: target.checked })}
        />{' '}
        {t('latch')} <span className="muted">{t('latchHint')}</span>
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

/** What to do and what has happened, in both languages; each may have several lines. */
function TextsFields({ draft, change }: RuleFieldsProps) {
  const t = useTranslations('rules.form');
  const { message, instructions } = draft;
  return (
    <>
      <div className={styles.line}>
        <TextArea
          label={t('instructionsEn')}
          pointer="/instructions/en"
          value={instructions.en}
          onChange={(en) => change({ instructions: { ...instructions, en } })}
        />
        <TextArea
          label={t('instructionsFr')}
          pointer="/instructions/fr"
          value={instructions.fr}
          onChange={(fr) => change({ instructions: { ...instructions, fr } })}
        />
      </div>
      <div className={styles.line}>
        <TextArea
          label={t('messageEn')}
          pointer="/message/en"
          value={message.en}
          onChange={(en) => change({ message: { ...message, en } })}
        />
        <TextArea
          label={t('messageFr')}
          pointer="/message/fr"
          value={message.fr}
          onChange={(fr) => change({ message: { ...message, fr } })}
        />
      </div>
      <p className="muted">{t('textsHint', { names: FILLED_IN })}</p>
    </>
  );
}
