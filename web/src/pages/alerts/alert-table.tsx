import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { Severity } from '../../ui/severity.tsx';
import styles from './alert-table.module.css';
import { useAcknowledge } from './use-acknowledge.ts';
import { useRuleName } from './use-rule-name.ts';

export function AlertTable({ alerts }: { alerts: readonly Alert[] }) {
  const [t, words] = [useTranslations('alerts'), useTranslations('words')];
  if (alerts.length === 0) return <p className="muted">{t('none')}</p>;
  return (
    <div className={styles.scroll}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('severity')}</th>
            <th scope="col">{words('sensor')}</th>
            <th scope="col">{words('rule')}</th>
            <th scope="col">{words('value')}</th>
            <th scope="col">{words('since')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {alerts.map((alert) => (
            <AlertRow key={alert.id} alert={alert} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AlertRow({ alert }: { alert: Alert }) {
  const t = useTranslations('alerts');
  const formats = useFormats();
  const ruleName = useRuleName();
  const acknowledge = useAcknowledge();
  const { severity, state, sensor_id, rule_id, value, limit, unit, started_at } = alert;
  return (
    <tr data-alert={alert.id}>
      <td>
        <Severity severity={severity} isActive={state === 'active'} />
        {state === 'cleared' && <div className="muted">{t('returned')}</div>}
      </td>
      <td>
        <Link to="/sensors/$id" params={{ id: sensor_id }}>
          {sensor_id}
        </Link>
      </td>
      <td>{ruleName(rule_id)}</td>
      <td className="number">
        {formats.quantity(value, unit)}
        {limit !== null && (
          <div className="muted">{t('limitOf', { limit: formats.quantity(limit, unit) })}</div>
        )}
      </td>
      <td>
        <time dateTime={started_at}>{formats.moment(started_at)}</time>
      </td>
      <td className={styles.actions}>
        {alert.acknowledged ? (
          <span className="muted">{t('acknowledgedBy', { by: alert.acknowledged_by ?? '–' })}</span>
        ) : (
          <Button
            disabled={acknowledge.isPending}
            aria-label={t('acknowledgeOf', { sensor: sensor_id })}
            onClick={() => acknowledge.mutate(alert.id)}
          >
            <Check size={16} aria-hidden /> {t('acknowledge')}
          </Button>
        )}
      </td>
    </tr>
  );
}
