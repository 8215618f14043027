import { Link } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import type { Rule } from '#domain/rule.ts';
import { useSelectorText } from '../../ui/use-selector-text.ts';
import { useLocalized } from '../alerts/use-rule-name.ts';
import { useConditionText } from './condition-text.ts';
import styles from './rules.module.css';
import { useSetEnabled } from './use-set-enabled.ts';

/** Of a rule whose texts fit on a line each; those that do not are measured. */
const ROW_PX = 94;
const OVERSCAN = 6;
/** The next page is asked for before the last row is reached. */
const AHEAD_ROWS = 100;

interface RuleListProps {
  rules: readonly Rule[];
  hasMore: boolean;
  /** Of the search before: the answer to the new one is on its way. */
  isStale: boolean;
  onEnd(): void;
}

/** Only the rules in sight are in the page, however many there are. */
export function RuleList({ rules, hasMore, isStale, onEnd }: RuleListProps) {
  const t = useTranslations('rules');
  const list = useRef<HTMLUListElement>(null);
  const rows = useWindowVirtualizer({
    count: rules.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => rules[index]?.id ?? index,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rules.length - AHEAD_ROWS) onEnd();
  }, [last, rules.length, onEnd]);
  if (rules.length === 0) return hasMore ? null : <p className="muted">{t('none')}</p>;
  return (
    <ul
      ref={list}
      aria-label={t('title')}
      className={styles.list}
      style={{ height: rows.getTotalSize() }}
      data-stale={isStale}
    >
      {shown.map(({ key, index, start }) => {
        const rule = rules[index];
        return (
          rule && (
            <li
              key={key}
              ref={rows.measureElement}
              className={styles.item}
              style={{ transform: `translateY(${start - rows.options.scrollMargin}px)` }}
              aria-posinset={index + 1}
              aria-setsize={hasMore ? -1 : rules.length}
              data-index={index}
              data-rule={rule.id}
            >
              <RuleItem rule={rule} />
            </li>
          )
        );
      })}
    </ul>
  );
}

function RuleItem({ rule }: { rule: Rule }) {
  const t = useTranslations('rules');
  const localized = useLocalized();
  const conditionText = useConditionText();
  const setEnabled = useSetEnabled();
  const name = localized(rule.name) ?? rule.id;
  const where = useSelectorText()(rule.where);
  return (
    <>
      <div>
        <Link to="/rules/$id" params={{ id: rule.id }} className={styles.name}>
          {name}
        </Link>
        <div>{conditionText(rule.when)}</div>
        <div className="muted">{where || t('everySensor')}</div>
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
    </>
  );
}
