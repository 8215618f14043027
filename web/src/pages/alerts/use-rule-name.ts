import { useQuery } from '@tanstack/react-query';
import type { Localized } from '#domain/rule.ts';
import { rulesOfQuery } from '../../api/queries.ts';
import { useLanguage } from '../../i18n/language.tsx';

/** A text in the reader's language, or in the other one where only that is there. */
export function useLocalized(): (text: Localized | null | undefined) => string | undefined {
  const { language } = useLanguage();
  return (text) => {
    if (text === null || text === undefined) return undefined;
    return typeof text === 'string' ? text : (text[language] ?? text.en ?? text.fr);
  };
}

/**
 * The names of these rules in the reader's language, asked for at once; the id of one until it is here, or where it has
 * been removed.
 */
export function useRuleName(shown: readonly string[]): (ruleId: string) => string {
  const { data: rules } = useQuery(rulesOfQuery([...new Set(shown)].toSorted()));
  const localized = useLocalized();
  return (ruleId) => localized(rules?.get(ruleId)?.name) ?? ruleId;
}
