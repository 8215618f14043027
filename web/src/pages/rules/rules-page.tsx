import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Rule } from '#domain/rule.ts';
import { ask } from '../../api/ask.ts';
import { rulesQuery } from '../../api/queries.ts';
import { useUnits } from '../../format/units.tsx';
import { inputOf } from '../../saving/field-changes.ts';
import { isChangedMeanwhile } from '../../saving/use-save-over.ts';
import { rememberSearch } from '../../ui/last-search.ts';
import { useNotices } from '../../ui/notices.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { useLocalized } from '../alerts/use-rule-name.ts';
import { useConditionText } from './condition-text.ts';
import styles from './rules.module.css';

const route = getRouteApi('/rules');

/** Every rule with what it watches for, and a switch that can be turned back. */
export function RulesPage() {
  const t = useTranslations('rules');
  const { data, error } = useQuery(rulesQuery);
  const isConverted = Object.keys(useUnits().choice).length > 0;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [q, setQ] = useState(search.q ?? '');
  const look = (text: string) => {
    setQ(text);
    void navigate({ search: { q: text || undefined }, replace: true });
  };
  useEffect(() => rememberSearch('rules', search), [search]);
  const localized = useLocalized();
  const fits = ({ id, name }: Rule) =>
    `${id} ${localized(name)}`.toLowerCase().includes(q.toLowerCase());
  const rules = data?.items.filter(fits);
  return (
    <>
      <PageHeader title={t('title')}>
        <Link to="/rules/$id" params={{ id: '-' }} className={styles.add}>
          <Plus size={16} aria-hidden /> {t('add')}
        </Link>
      </PageHeader>
      <search className={styles.search}>
        <input
          type="search"
          aria-label={t('search')}
          placeholder={t('search')}
          value={q}
          onChange={({ target }) => look(target.value)}
        />
      </search>
      {isConverted && <p className="muted">{t('inSentUnits')}</p>}
      {error !== null && <ProblemText problem={error} />}
      {rules?.length === 0 && <p className="muted">{t('none')}</p>}
      {rules !== undefined && rules.length > 0 && (
        <ul className={styles.list}>
          {rules.map((rule) => (
            <RuleItem key={rule.id} rule={rule} />
          ))}
        </ul>
      )}
      {data?.next_cursor != null && (
        <p className="muted">{t('firstOnly', { count: data.items.length })}</p>
      )}
    </>
  );
}

function RuleItem({ rule }: { rule: Rule }) {
  const t = useTranslations('rules');
  const localized = useLocalized();
  const conditionText = useConditionText();
  const setEnabled = useSetEnabled();
  const name = localized(rule.name) ?? rule.id;
  const { sensors = [], labels = {} } = rule.where ?? {};
  const where = [...sensors, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)];
  return (
    <li className={styles.item} data-rule={rule.id}>
      <div>
        <Link to="/rules/$id" params={{ id: rule.id }} className={styles.name}>
          {name}
        </Link>
        <div>{conditionText(rule.when)}</div>
        <div className="muted">{where.length === 0 ? t('everySensor') : where.join(', ')}</div>
      </div>
      <label className={styles.switch}>
        <input
          type="checkbox"
          checked={rule.enabled}
          aria-label={t('enabledOf', { rule: name })}
          onChange={() => void setEnabled(rule, !rule.enabled)}
        />
        {rule.enabled ? t('on') : t('off')}
      </label>
    </li>
  );
}

/** Turns a rule on or off; Undo turns it back. */
function useSetEnabled() {
  const t = useTranslations('rules');
  const queries = useQueryClient();
  const { done, failed } = useNotices();
  return async function setEnabled(rule: Rule, enabled: boolean): Promise<void> {
    const { id } = rule;
    try {
      const stored = await switchRule(rule, enabled);
      done(
        t(enabled ? 'turnedOn' : 'turnedOff', { rule: id }),
        () => void setEnabled(stored, !enabled),
      );
    } catch (error) {
      failed(error);
    }
    await queries.invalidateQueries({ queryKey: ['rules'] });
  };
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
