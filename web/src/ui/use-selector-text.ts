import { useTranslations } from 'use-intl';
import type { Selector, SensorException } from '#domain/rule.ts';
import { labelsText, listText } from '../format/text-lists.ts';

/** Which sensors a selector names, and which it leaves out; empty where it names every sensor. */
export function useSelectorText(): (where: Selector | undefined) => string {
  const t = useTranslations('words.not');
  const askedText = ({ sensors, labels }: SensorException) =>
    [listText(sensors), labelsText(labels)].filter(Boolean).join(' · ');
  return (where = {}) =>
    [askedText(where), ...(where.not ?? []).map((one) => t('text', { what: askedText(one) }))]
      .filter(Boolean)
      .join(' · ');
}
