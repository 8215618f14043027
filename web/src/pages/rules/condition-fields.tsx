import { useTranslations } from 'use-intl';
import type { ConditionKind } from '#domain/rule.ts';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { LevelFields } from './level-fields.tsx';
import { HAS_DEADBAND, HAS_LEVELS, HAS_METRIC } from './rule-draft.ts';
import type { RuleFieldsProps } from './rule-form.tsx';
import styles from './rules.module.css';
import { useUnitHint } from './use-unit-hint.ts';

const KINDS = [
  'above',
  'below',
  'outside',
  'change',
  'silent',
  'flat',
  'anomaly',
  'forecast',
  'calibration_due',
  'expression',
] as const satisfies readonly ConditionKind[];

export function ConditionFields({ draft, change }: RuleFieldsProps) {
  const t = useTranslations('rules.form');
  const hint = useUnitHint(draft);
  const { kind } = draft;
  return (
    <fieldset className={styles.fields}>
      <legend>{t('when')}</legend>
      <div className={styles.line}>
        <ChoiceField
          label={t('kind')}
          value={kind}
          choices={KINDS.map((name) => [name, t(`kinds.${name}`)])}
          onChange={(next) => change({ kind: next })}
        />
        {HAS_METRIC.has(kind) && (
          <TextField
            label={t('metric')}
            pointer="/when/metric"
            placeholder="temperature"
            value={draft.metric}
            onChange={(metric) => change({ metric })}
          />
        )}
      </div>
      {HAS_LEVELS.has(kind) ? (
        <LevelFields draft={draft} change={change} />
      ) : (
        <KindFields draft={draft} change={change} />
      )}
      <div className={styles.line}>
        {HAS_DEADBAND.has(kind) && (
          <TextField
            label={t('deadband')}
            pointer="/when/deadband"
            hint={[t('deadbandHint'), hint(draft.deadband, 'difference')].filter(Boolean).join(' ')}
            inputMode="decimal"
            value={draft.deadband}
            onChange={(deadband) => change({ deadband })}
          />
        )}
        <TextField
          label={t('onDelay')}
          pointer="/when/on_delay"
          hint={t('onDelayHint')}
          placeholder="5m"
          value={draft.onDelay}
          onChange={(onDelay) => change({ onDelay })}
        />
        <TextField
          label={t('offDelay')}
          pointer="/when/off_delay"
          hint={t('offDelayHint')}
          placeholder="1m"
          value={draft.offDelay}
          onChange={(offDelay) => change({ offDelay })}
        />
      </div>
    </fieldset>
  );
}

/** What only one kind of condition asks for. */
function KindFields({ draft, change }: RuleFieldsProps) {
  const t = useTranslations('rules.form');
  const hint = useUnitHint(draft);
  switch (draft.kind) {
    case 'change':
      return (
        <div className={styles.line}>
          <TextField
            label={t('changeBy')}
            pointer="/when/change/by"
            hint={hint(draft.changeBy, 'difference')}
            inputMode="decimal"
            value={draft.changeBy}
            onChange={(changeBy) => change({ changeBy })}
          />
          <TextField
            label={t('within')}
            pointer="/when/change/within"
            value={draft.changeWithin}
            onChange={(changeWithin) => change({ changeWithin })}
          />
        </div>
      );
    case 'silent':
      return (
        <TextField
          label={t('silentFor')}
          pointer="/when/silent"
          hint={t('silentHint')}
          value={draft.silent}
          onChange={(silent) => change({ silent })}
        />
      );
    case 'flat':
      return (
        <div className={styles.line}>
          <TextField
            label={t('flatFor')}
            pointer="/when/flat/for"
            value={draft.flatFor}
            onChange={(flatFor) => change({ flatFor })}
          />
          <TextField
            label={t('tolerance')}
            pointer="/when/flat/tolerance"
            hint={hint(draft.tolerance, 'difference')}
            inputMode="decimal"
            value={draft.tolerance}
            onChange={(tolerance) => change({ tolerance })}
          />
        </div>
      );
    case 'anomaly':
      return (
        <ChoiceField
          label={t('sensitivity')}
          pointer="/when/anomaly/sensitivity"
          value={draft.sensitivity}
          choices={(['low', 'medium', 'high'] as const).map((name) => [
            name,
            t(`sensitivities.${name}`),
          ])}
          onChange={(sensitivity) => change({ sensitivity })}
        />
      );
    case 'forecast':
      return (
        <div className={styles.line}>
          <TextField
            label={t('forecastAbove')}
            pointer="/when/forecast/above"
            hint={hint(draft.forecastAbove, 'limit')}
            inputMode="decimal"
            value={draft.forecastAbove}
            onChange={(forecastAbove) => change({ forecastAbove })}
          />
          <TextField
            label={t('forecastBelow')}
            pointer="/when/forecast/below"
            hint={hint(draft.forecastBelow, 'limit')}
            inputMode="decimal"
            value={draft.forecastBelow}
            onChange={(forecastBelow) => change({ forecastBelow })}
          />
          <TextField
            label={t('within')}
            pointer="/when/forecast/within"
            value={draft.forecastWithin}
            onChange={(forecastWithin) => change({ forecastWithin })}
          />
        </div>
      );
    case 'calibration_due':
      return (
        <TextField
          label={t('calibrationDue')}
          pointer="/when/calibration_due"
          value={draft.calibrationDue}
          onChange={(calibrationDue) => change({ calibrationDue })}
        />
      );
    default:
      return (
        <TextField
          label={t('expression')}
          pointer="/when/expression"
          hint={t('expressionHint')}
          placeholder="dew_point(temperature, humidity) > 18"
          value={draft.expression}
          onChange={(expression) => change({ expression })}
        />
      );
  }
}
