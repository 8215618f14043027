import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import { ApiProblem } from '../../api/api-problem.ts';
import { alertQuery, ruleQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { searchBefore } from '../../ui/last-search.ts';
import { NamedSensor, namedSensor } from '../../ui/named-sensor.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { Severity } from '../../ui/severity.tsx';
import type { SensorSearch } from '../sensor/sensor-search.ts';
import { AlertDeliveries } from './alert-deliveries.tsx';
import { AlertHistory } from './alert-history.tsx';
import { AcknowledgeButton, AlertMarks } from './alert-table.tsx';
import styles from './alerts.module.css';
import type { AlertsSearch } from './alerts-search.ts';
import { ShelveDialog } from './shelve-dialog.tsx';
import { useAlertActions } from './use-alert-actions.ts';
import { useLocalized, useRuleName } from './use-rule-name.ts';

const route = getRouteApi('/alerts/$id');

/** One alert from beginning to end: what it is, what to do, who was told, and who did what. */
export function AlertPage() {
  const { id } = route.useParams();
  const t = useTranslations('alerts');
  const { data: alert, error } = useQuery(alertQuery(id));
  const ruleName = useRuleName(alert === undefined ? [] : [alert.rule_id]);
  if (alert === undefined) {
    return (
      <>
        <Back />
        <PageHeader title={t('title')} />
        {error !== null && <ProblemText problem={error} />}
      </>
    );
  }
  return (
    <>
      <Back />
      <PageHeader
        title={`${ruleName(alert.rule_id)} · ${namedSensor(alert.sensor_id, alert.sensor_name)}`}
      >
        <Severity severity={alert.severity} isActive={alert.state === 'active'} />
      </PageHeader>
      {error !== null && <ProblemText problem={error} />}
      <AlertDoing alert={alert} />
      <div className={styles.columns}>
        <div>
          <AlertFacts alert={alert} />
          <AlertDeliveries alertId={alert.id} />
        </div>
        <AlertHistory alert={alert} />
      </div>
    </>
  );
}

function AlertDoing({ alert }: { alert: Alert }) {
  const t = useTranslations('alerts');
  const { unshelve, reset } = useAlertActions();
  const [isShelving, setShelving] = useState(false);
  return (
    <div className={styles.doing}>
      <AcknowledgeButton alert={alert} />
      {alert.shelved_until === null ? (
        <Button onClick={() => setShelving(true)}>{t('shelve')}</Button>
      ) : (
        <Button onClick={() => void unshelve(alert)}>{t('unshelve')}</Button>
      )}
      {alert.returned_at !== null && alert.state === 'active' && (
        <Button onClick={() => void reset(alert)}>{t('reset')}</Button>
      )}
      <ShelveDialog alerts={[alert]} isOpen={isShelving} close={() => setShelving(false)} />
    </div>
  );
}

function AlertFacts({ alert }: { alert: Alert }) {
  const [t, words] = [useTranslations('alerts'), useTranslations('words')];
  const formats = useFormats();
  const localized = useLocalized();
  const { data: rule } = useQuery(ruleQuery(alert.rule_id));
  const instructions = localized(rule?.instructions);
  const { value, limit, peak } = formats.ofAlert(alert);
  const facts: readonly [string, string | null][] = [
    [words('value'), value],
    [words('limit'), limit],
    [t('peak'), peak],
    [words('since'), formats.moment(alert.started_at)],
    [t('cleared'), alert.cleared_at && formats.moment(alert.cleared_at)],
    [t('assignee'), alert.assignee],
    [t('shelveReason'), alert.shelve_reason],
  ];
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{t('facts')}</h2>
      <AlertMarks alert={alert} />
      {instructions !== undefined && <p>{instructions}</p>}
      <Facts
        facts={[
          [
            words('sensor'),
            <Link
              key="sensor"
              to="/sensors/$id"
              params={{ id: alert.sensor_id }}
              search={chartOf(alert)}
            >
              <NamedSensor id={alert.sensor_id} name={alert.sensor_name} />
            </Link>,
          ],
          [words('rule'), <RuleLink key="rule" id={alert.rule_id} />],
          ...facts,
        ]}
      />
    </section>
  );
}

/** To the list as it was filtered. */
function Back() {
  const t = useTranslations('alerts');
  return (
    <Link to="/alerts" search={searchBefore<AlertsSearch>('alerts')}>
      {t('back')}
    </Link>
  );
}

/** What to look into next; a rule that has been removed since is named, and said to be gone. */
function RuleLink({ id }: { id: string }) {
  const t = useTranslations('alerts');
  const localized = useLocalized();
  const { data: rule, error } = useQuery(ruleQuery(id));
  if (error instanceof ApiProblem && error.status === 404) return t('ruleGone', { rule: id });
  return (
    <Link to="/rules/$id" params={{ id }}>
      {localized(rule?.name) ?? id}
    </Link>
  );
}

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];

/** The metric of the alert, over the last day, or over the time of an alert that is older than that. */
function chartOf({ metric, started_at, cleared_at }: Alert): SensorSearch {
  const shown = metric === null ? {} : { metrics: metric };
  const [fromMs, toMs] = [
    Date.parse(started_at),
    cleared_at === null ? NaN : Date.parse(cleared_at),
  ];
  if (Date.now() - fromMs < DAY_MS - HOUR_MS) return shown;
  const endMs = Number.isNaN(toMs) ? Date.now() : toMs + HOUR_MS;
  return {
    ...shown,
    from: new Date(fromMs - HOUR_MS).toISOString(),
    to: new Date(endMs).toISOString(),
  };
}
