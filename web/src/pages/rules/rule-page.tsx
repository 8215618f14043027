import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Rule, RuleInput } from '#domain/rule.ts';
import { ask } from '../../api/ask.ts';
import { ruleQuery } from '../../api/queries.ts';
import { inputOf } from '../../saving/field-changes.ts';
import { useSaveOver } from '../../saving/use-save-over.ts';
import { Button } from '../../ui/button.tsx';
import { FieldProblems, useProblemFocus } from '../../ui/field-notes.tsx';
import { searchBefore } from '../../ui/last-search.ts';
import { useNotices } from '../../ui/notices.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import type { TextSearch } from '../../ui/text-search.ts';
import { BacktestPanel } from './backtest-panel.tsx';
import { draftOf, EMPTY_RULE, type RuleDraft, ruleOf } from './rule-draft.ts';
import { RuleForm } from './rule-form.tsx';
import styles from './rules.module.css';

const route = getRouteApi('/rules/$id');
/** No id begins so: the address of a rule that is not made yet. */
const NEW = '-';

const addressOf = ({ id }: Pick<Rule, 'id'>) => `/v1/rules/${encodeURIComponent(id)}` as const;

/** One rule, as a form that writes the API's own JSON; tried over the past before it is saved. */
export function RulePage() {
  const { id } = route.useParams();
  const t = useTranslations('rules');
  const isNew = id === NEW;
  const { data, error } = useQuery({ ...ruleQuery(id), enabled: !isNew });
  if (isNew) return <RuleEditor key={NEW} rule={undefined} />;
  return (
    <>
      {data === undefined && <PageHeader title={t('title')} />}
      {/* Also of a rule that somebody has removed while it is shown. */}
      {error !== null && <ProblemText problem={error} />}
      {data !== undefined && <RuleEditor key={data.id} rule={data} />}
    </>
  );
}

function RuleEditor({ rule }: { rule: Rule | undefined }) {
  const t = useTranslations('rules');
  const { base, draft, setDraft, isBehind, takeUp } = useRuleDraft(rule);
  const [problem, setProblem] = useState<unknown>();
  const { save, remove } = useRuleChanges(base, { setProblem, takeUp });
  const input = ruleOf(draft, base);
  const form = useProblemFocus(problem);
  return (
    <>
      <Link to="/rules" search={searchBefore<TextSearch>('rules')}>
        {t('back')}
      </Link>
      <PageHeader title={rule === undefined ? t('add') : rule.id}>
        {rule !== undefined && (
          <Link to="/alerts" search={{ view: 'all', rule_id: rule.id }}>
            {t('alertsOf')}
          </Link>
        )}
        {rule !== undefined && (
          <Button kind="danger" onClick={() => void remove()}>
            {t('remove')}
          </Button>
        )}
      </PageHeader>
      <div className={styles.columns}>
        <form
          ref={form}
          onSubmit={(event) => {
            event.preventDefault();
            void save(input);
          }}
        >
          <FieldProblems problem={problem}>
            <RuleForm
              draft={draft}
              isNew={rule === undefined}
              change={(part) => setDraft({ ...draft, ...part })}
            />
          </FieldProblems>
          <div role="alert">
            {problem !== undefined && <ProblemText problem={problem} />}
            {isBehind && rule !== undefined && (
              <p>
                {t('behind')} <Button onClick={() => takeUp(rule)}>{t('takeUp')}</Button>
              </p>
            )}
          </div>
          <Button kind="primary" type="submit">
            {t('save')}
          </Button>
        </form>
        <div>
          <BacktestPanel
            rule={input}
            take={({ deadband, on_delay }) =>
              setDraft({
                ...draft,
                onDelay: on_delay,
                deadband: deadband === null ? draft.deadband : String(deadband),
              })
            }
          />
          <details>
            <summary>{t('json')}</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard (WCAG 2.1.1) */}
            <pre tabIndex={0}>{JSON.stringify(input, null, 2)}</pre>
          </details>
        </div>
      </div>
    </>
  );
}

/**
 * The rule as the form has it. Changed elsewhere it is shown anew where nothing was typed; what was typed stays, and
 * `isBehind` says that it was begun on an older rule.
 */
function useRuleDraft(rule: Rule | undefined) {
  const start = (from: Rule | undefined) => (from === undefined ? EMPTY_RULE : draftOf(from));
  const [base, setBase] = useState(rule);
  const [draft, setDraft] = useState<RuleDraft>(() => start(rule));
  const takeUp = (newest: Rule) => {
    setBase(newest);
    setDraft(start(newest));
  };
  // What this page has just saved is newer than what was asked before.
  const isOther = rule !== undefined && base !== undefined && rule.updated_at > base.updated_at;
  const isTouched = JSON.stringify(draft) !== JSON.stringify(start(base));
  if (isOther && !isTouched) takeUp(rule);
  return { base, draft, setDraft, takeUp, isBehind: isOther && isTouched };
}

/** Saves and removes; both can be undone, since the rule before is known. */
function useRuleChanges(
  rule: Rule | undefined,
  then: { setProblem(problem: unknown): void; takeUp(saved: Rule): void },
) {
  const { setProblem, takeUp } = then;
  const t = useTranslations('rules');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { done, failed } = useNotices();
  const saveOver = useSaveOver();
  const renew = () => queries.invalidateQueries({ queryKey: ['rules'] });
  /** As it was before; `since`: only where nobody has changed or removed it after that. */
  const put = async (before: Rule, since?: string) => {
    const body = inputOf(before);
    await ask(`PUT ${addressOf(before)}`, { body, ifUnchangedSince: since }).catch(failed);
    await renew();
  };
  const takeAway = async ({ id }: Rule) => {
    await ask(`DELETE ${addressOf({ id })}`).catch(failed);
    await renew();
    await navigate({ to: '/rules' });
  };
  return {
    async save({ id, ...body }: RuleInput) {
      setProblem(undefined);
      try {
        if (rule === undefined) {
          const made = await ask<Rule>('POST /v1/rules', { body: { id, ...body } });
          done(t('saved', { rule: made.id }), () => void takeAway(made));
          await renew();
          await navigate({ to: '/rules/$id', params: { id: made.id } });
          return;
        }
        const target = `rule/${rule.id}`;
        const begun = { address: addressOf(rule), target, before: rule };
        const { stored, isMine } = await saveOver({ ...begun, body });
        takeUp(stored);
        if (isMine) done(t('saved', { rule: rule.id }), () => void put(rule, stored.updated_at));
        await renew();
      } catch (error) {
        setProblem(error);
      }
    },
    async remove() {
      if (rule === undefined) return;
      try {
        await ask(`DELETE ${addressOf(rule)}`);
        done(t('removed', { rule: rule.id }), () => void put(rule));
        await navigate({ to: '/rules' });
        await renew();
      } catch (error) {
        failed(error);
      }
    },
  };
}
