import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Volume2, VolumeX } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { alertsQuery } from '../../api/queries.ts';
import { useSound } from '../../live/sound.tsx';
import { Button } from '../../ui/button.tsx';
import { rememberSearch } from '../../ui/last-search.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { AlertTable } from './alert-table.tsx';
import styles from './alerts.module.css';
import { ALERT_VIEWS, type AlertsSearch, alertFilterOf } from './alerts-search.ts';
import { BulkBar } from './bulk-bar.tsx';
import { useRuleName } from './use-rule-name.ts';

const route = getRouteApi('/alerts');
const SHOWN = 200;
/** As many as one answer holds; further back the filters lead. */
const MOST_SHOWN = 1000;

/** The alarm list of ISA-18.2: what is left to do, who does it, and what was put aside. */
export function AlertsPage() {
  const t = useTranslations('alerts');
  const words = useTranslations('words');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  useEffect(() => rememberSearch('alerts', search), [search]);
  const ruleName = useRuleName(search.rule_id === undefined ? [] : [search.rule_id]);
  const sound = useSound();
  const [limit, setLimit] = useState(SHOWN);
  const { data, error } = useQuery({
    ...alertsQuery(alertFilterOf(search), limit),
    placeholderData: (before) => before,
  });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const alerts = data?.items;
  const selected = useMemo(
    () => (alerts ?? []).filter(({ id }) => chosen.has(id)),
    [alerts, chosen],
  );
  const choose = (changed: AlertsSearch) => {
    setChosen(new Set());
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  };
  return (
    <>
      <PageHeader title={t('title')}>
        <Button aria-pressed={sound.isMuted} onClick={() => sound.mute(!sound.isMuted)}>
          {sound.isMuted ? <VolumeX size={16} aria-hidden /> : <Volume2 size={16} aria-hidden />}
          {sound.isMuted ? t('muted') : t('mute')}
        </Button>
      </PageHeader>
      <search className={styles.filters}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a row everywhere */}
        <div role="group" aria-label={t('views')} className={styles.views}>
          {ALERT_VIEWS.map((view) => (
            <Button
              key={view}
              aria-pressed={(search.view ?? 'open') === view}
              onClick={() => choose({ view })}
            >
              {t(`view.${view}`)}
            </Button>
          ))}
        </div>
        <label>
          {t('severity')}{' '}
          <select
            value={search.severity ?? ''}
            onChange={({ target }) => choose({ severity: target.value || undefined })}
          >
            <option value="">{t('anySeverity')}</option>
            {(['critical', 'warning', 'info'] as const).map((severity) => (
              <option key={severity} value={severity}>
                {words(`severity.${severity}`)}
              </option>
            ))}
          </select>
        </label>
        {search.state !== undefined && (
          <Button onClick={() => choose({ state: undefined })}>
            {t(`onlyState.${search.state}`)} ×
          </Button>
        )}
        {search.sensor_id !== undefined && (
          <Button onClick={() => choose({ sensor_id: undefined })}>
            {t('onlySensor', { sensor: search.sensor_id })} ×
          </Button>
        )}
        {search.rule_id !== undefined && (
          <Button onClick={() => choose({ rule_id: undefined })}>
            {t('onlyRule', { rule: ruleName(search.rule_id) })} ×
          </Button>
        )}
      </search>
      {error !== null && <ProblemText problem={error} />}
      <BulkBar alerts={selected} clear={() => setChosen(new Set())} />
      {alerts !== undefined && (
        <AlertTable alerts={alerts} chosen={chosen} choose={setChosen} none={noneOf(search, t)} />
      )}
      {data?.next_cursor != null && (
        <p className="muted">
          {t('more', { count: data.items.length })}{' '}
          {limit < MOST_SHOWN && (
            <Button onClick={() => setLimit(Math.min(limit + SHOWN, MOST_SHOWN))}>
              {words('more')}
            </Button>
          )}
        </p>
      )}
    </>
  );
}

type Texts = ReturnType<typeof useTranslations<'alerts'>>;
const noneOf = ({ view = 'open' }: AlertsSearch, t: Texts) =>
  view === 'open' || view === 'unacknowledged' ? t('none') : t('noneHere');
