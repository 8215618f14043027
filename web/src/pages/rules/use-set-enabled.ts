import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import type { Rule } from '#domain/rule.ts';
import { ask } from '../../api/ask.ts';
import type { Page } from '../../api/queries.ts';
import { renewRules } from '../../live/renew-rules.ts';
import { inputOf } from '../../saving/field-changes.ts';
import { isChangedMeanwhile } from '../../saving/use-save-over.ts';
import { useNotices } from '../../ui/notices.tsx';

/** Turns a rule on or off; Undo turns it back. */
export function useSetEnabled() {
  const t = useTranslations('rules');
  const queries = useQueryClient();
  const { done, failed } = useNotices();
  return async function setEnabled(rule: Rule, enabled: boolean): Promise<void> {
    const { id } = rule;
    try {
      const stored = await switchRule(rule, enabled);
      showStored(queries, stored);
      done(
        t(enabled ? 'turnedOn' : 'turnedOff', { rule: id }),
        () => void setEnabled(stored, !enabled),
      );
    } catch (error) {
      failed(error);
    }
    await renewRules(queries, [id]);
  };
}

/** Where it is listed, at once: a list that was scrolled far takes its time to be asked for again. */
function showStored(queries: QueryClient, stored: Rule): void {
  const replaced = (page: Page<Rule>): Page<Rule> =>
    page.items.some(({ id }) => id === stored.id)
      ? { ...page, items: page.items.map((rule) => (rule.id === stored.id ? stored : rule)) }
      : page;
  queries.setQueriesData<InfiniteData<Page<Rule>>>(
    { queryKey: ['rules', 'list'] },
    (list) => list && { ...list, pages: list.pages.map(replaced) },
  );
}

/** The switch alone is meant: where somebody else has changed the rule meanwhile it is put on theirs. */
async function switchRule(rule: Rule, enabled: boolean): Promise<Rule> {
  const address = `/v1/rules/${encodeURIComponent(rule.id)}` as const;
  try {
    const body = { ...inputOf(rule), enabled };
    return await ask<Rule>(`PUT ${address}`, { body, ifUnchangedSince: rule.updated_at });
  } catch (problem) {
    if (!isChangedMeanwhile(problem)) throw problem;
    return switchRule(await ask<Rule>(`GET ${address}`), enabled);
  }
}
