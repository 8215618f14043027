import { useTranslations } from 'use-intl';
import type { Condition } from '#domain/rule.ts';
import { useFormats } from '../../format/use-formats.ts';

/** A condition in words: `temperature above −15 / −10`. */
export function useConditionText(): (when: Condition) => string {
  const t = useTranslations('rules.condition');
  const { number } = useFormats();
  const join = (values: readonly number[]) => values.map(number).join(' / ');
  return (when) => {
    if ('above' in when)
      return t('above', { metric: when.metric, limit: join(when.above.map(({ limit }) => limit)) });
    if ('below' in when)
      return t('below', { metric: when.metric, limit: join(when.below.map(({ limit }) => limit)) });
    if ('outside' in when) {
      const range = when.outside
        .map(({ range: [low, high] }) => `${number(low)}…${number(high)}`)
        .join(' / ');
      return t('outside', { metric: when.metric, range });
    }
    if ('change' in when) {
      return t('change', {
        metric: when.metric,
        by: number(when.change.by),
        within: when.change.within,
      });
    }
    if ('silent' in when)
      return when.silent === 'auto' ? t('silentAuto') : t('silent', { time: when.silent });
    if ('flat' in when) return t('flat', { metric: when.metric, time: when.flat.for });
    if ('anomaly' in when) return t('anomaly', { metric: when.metric });
    if ('forecast' in when)
      return t('forecast', { metric: when.metric, within: when.forecast.within });
    if ('calibration_due' in when) return t('calibration', { time: when.calibration_due });
    return when.expression;
  };
}
