import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Localized } from '#domain/rule.ts';
import { rulesQuery } from '../../api/queries.ts';
import { useLanguage } from '../../i18n/language.tsx';

/** A text in the reader's language, or in the other one where only that is there. */
export function useLocalized(): (text: Localized | null | undefined) => string | undefined {
  const { language } = useLanguage();
  return (text) => {
    if (text === null || text === undefined) return undefined;
    return typeof text === 'string' ? text : (text[language] ?? text.en ?? text.fr);
  };
}

/** The name of a rule in the reader's language; its id until the rules are here, or where it has been removed. */
export function useRuleName(): (ruleId: string) => string {
  const { data } = useQuery(rulesQuery);
  const localized = useLocalized();
  const rules = useMemo(() => new Map(data?.items.map((rule) => [rule.id, rule])), [data]);
  return (ruleId) => localized(rules.get(ruleId)?.name) ?? ruleId;
}
