import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { selectorMatches } from '#engine/rules/selector.ts';
import { sensorsQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { HAS_METRIC, numberOf, type RuleDraft, whereOf } from './rule-draft.ts';

/** Sensors of one kind send in one unit: a few of them tell it. */
const LOOKED_AT = 100;

/**
 * What stands below a field that takes a number: the unit in which the sensors of the rule send, which is what the
 * number is compared with, and the same in the reader's own unit where that is another one.
 */
export function useUnitHint(
  draft: RuleDraft,
): (text: string, kind: 'limit' | 'difference') => string | undefined {
  const t = useTranslations('rules.form');
  const formats = useFormats();
  const units = useSentUnits(draft);
  return (text, kind) => {
    const [unit] = units;
    if (unit === undefined) return undefined;
    if (units.length > 1) {
      return t('sentUnits', { units: units.map(formats.unit).join(', ') });
    }
    const value = numberOf(text);
    const isNumber = value !== null && Number.isFinite(value);
    if (!isNumber || formats.readUnit(unit).value === undefined) {
      return t('sentUnit', { unit: formats.unit(unit) });
    }
    const read = kind === 'limit' ? formats.limit(value, unit) : formats.difference(value, unit);
    return t('sentAndRead', { sent: formats.sent(value, unit), read });
  };
}

/** Units of the rule's metric at the sensors that it covers. */
function useSentUnits(draft: RuleDraft): string[] {
  const { kind, metric } = draft;
  const where = whereOf(draft);
  const hasMetric = HAS_METRIC.has(kind) && metric.trim() !== '';
  const { data } = useInfiniteQuery({
    ...sensorsQuery(filterOf(where), LOOKED_AT),
    enabled: hasMetric,
    placeholderData: (before) => before,
  });
  const key = JSON.stringify(where);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `where` is made anew with each letter; its text tells whether it is another
  return useMemo(() => {
    const units = (data?.pages[0]?.items ?? [])
      .filter(({ id, labels }) => selectorMatches(where, id, labels))
      .map(({ metrics }) => metrics[metric.trim()]?.unit);
    return hasMetric ? [...new Set(units.filter((unit) => typeof unit === 'string'))] : [];
  }, [data, key, metric, hasMetric]);
}

/** Asks for no more than has to be looked at: the labels, and the first pattern's longest plain part. */
function filterOf(where: ReturnType<typeof whereOf>): Record<string, string> {
  const [pattern = '', ...others] = where?.sensors ?? [];
  const plain = others.length > 0 ? '' : longest(pattern.split(/[*?]/));
  const labels = Object.entries(where?.labels ?? {}).map(([name, value]) => [
    `label.${name}`,
    value,
  ]);
  return Object.fromEntries([...labels, ...(plain === '' ? [] : [['q', plain]])]);
}

function longest(parts: readonly string[]): string {
  return parts.reduce((most, part) => (part.length > most.length ? part : most), '');
}
