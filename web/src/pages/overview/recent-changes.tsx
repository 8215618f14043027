import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { alertsQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { NamedSensor } from '../../ui/named-sensor.tsx';
import { Severity } from '../../ui/severity.tsx';
import { useRuleName } from '../alerts/use-rule-name.ts';
import styles from './overview-page.module.css';

const SHOWN = 8;

/** The newest alerts, over or not: what somebody who comes back from lunch wants to know. */
export function RecentChanges() {
  const t = useTranslations('overview');
  const formats = useFormats();
  const { data } = useQuery(alertsQuery({}, SHOWN));
  const ruleName = useRuleName(data?.items.map(({ rule_id }) => rule_id) ?? []);
  if (data === undefined || data.items.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="changed">
      <h2 id="changed">{t('changed')}</h2>
      <ol className={styles.changes}>
        {data.items.map(({ id, rule_id, sensor_id, sensor_name, severity, state, ...times }) => (
          <li key={id}>
            <Severity severity={severity} isActive={state === 'active'} />
            <Link to="/alerts/$id" params={{ id }}>
              {ruleName(rule_id)} · <NamedSensor id={sensor_id} name={sensor_name} />
            </Link>
            <span className="muted number">
              {formats.moment(times.started_at)}
              {times.cleared_at !== null && ` – ${formats.moment(times.cleared_at)}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
