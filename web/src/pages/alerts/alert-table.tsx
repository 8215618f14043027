import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { memo, useCallback, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import { useFormats } from '../../format/use-formats.ts';
import { useHush } from '../../format/use-hush.ts';
import { Button } from '../../ui/button.tsx';
import { NamedSensor } from '../../ui/named-sensor.tsx';
import { Severity } from '../../ui/severity.tsx';
import styles from './alerts.module.css';
import { useAlertActions } from './use-alert-actions.ts';
import { useRuleName } from './use-rule-name.ts';

interface AlertTableProps {
  alerts: readonly Alert[];
  /** With both, rows can be chosen for what is done to several. */
  chosen?: ReadonlySet<string>;
  choose?(chosen: ReadonlySet<string>): void;
  /** Said where there is no alert. */
  none: string;
}

export function AlertTable({ alerts, chosen, choose, none }: AlertTableProps) {
  const [t, words] = [useTranslations('alerts'), useTranslations('words')];
  const ruleName = useRuleName(alerts.map(({ rule_id }) => rule_id));
  const latest = useRef({ chosen, choose });
  latest.current = { chosen, choose };
  const toggle = useCallback((id: string) => {
    const { chosen: before, choose: tell } = latest.current;
    if (before !== undefined) tell?.(toggled(before, id));
  }, []);
  if (alerts.length === 0) return <p className="muted">{none}</p>;
  const isAll = alerts.every(({ id }) => chosen?.has(id));
  return (
    <div className={styles.scroll}>
      <table>
        <thead>
          <tr>
            {choose !== undefined && (
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label={t('chooseAll')}
                  checked={isAll}
                  onChange={() => choose(new Set(isAll ? [] : alerts.map(({ id }) => id)))}
                />
              </th>
            )}
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
            <AlertRow
              key={alert.id}
              alert={alert}
              isChosen={chosen?.has(alert.id) ?? false}
              rule={ruleName(alert.rule_id)}
              toggle={choose && chosen && toggle}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function toggled(chosen: ReadonlySet<string>, id: string): Set<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}

interface AlertRowProps {
  alert: Alert;
  isChosen: boolean;
  /** What the reader calls the rule. */
  rule: string;
  toggle: ((id: string) => void) | undefined;
}

/** Drawn again when its own alert changes, not with each change of two hundred others. */
const AlertRow = memo(function AlertRow({ alert, isChosen, rule, toggle }: AlertRowProps) {
  const t = useTranslations('alerts');
  const formats = useFormats();
  const { severity, state, sensor_id, started_at } = alert;
  const { value, limit } = formats.ofAlert(alert);
  return (
    <tr data-alert={alert.id}>
      {toggle !== undefined && (
        <td>
          <input
            type="checkbox"
            aria-label={t('choose', { sensor: sensor_id })}
            checked={isChosen}
            onChange={() => toggle(alert.id)}
          />
        </td>
      )}
      <td>
        <Severity severity={severity} isActive={state === 'active'} />
        <AlertMarks alert={alert} />
      </td>
      <td>
        <Link to="/sensors/$id" params={{ id: sensor_id }}>
          <NamedSensor id={sensor_id} name={alert.sensor_name} />
        </Link>
      </td>
      <td>
        <Link to="/alerts/$id" params={{ id: alert.id }}>
          {rule}
        </Link>
      </td>
      <td className="number">
        {value}
        {limit !== null && <div className="muted">{t('limitOf', { limit })}</div>}
      </td>
      <td>
        <time dateTime={started_at}>{formats.moment(started_at)}</time>
        {alert.assignee !== null && (
          <div className="muted">{t('assignedTo', { assignee: alert.assignee })}</div>
        )}
      </td>
      <td className={styles.actions}>
        <AcknowledgeButton alert={alert} />
      </td>
    </tr>
  );
});

/** What a severity alone does not say. */
export function AlertMarks({ alert }: { alert: Alert }) {
  const t = useTranslations('alerts');
  const formats = useFormats();
  const hush = useHush();
  const marks = [
    alert.state === 'cleared' && t('returned'),
    alert.returned_at !== null && alert.state === 'active' && t('waitsForReset'),
    alert.shelved_until !== null &&
      t('shelvedUntil', { time: formats.moment(alert.shelved_until) }),
    alert.suppressed_by !== null && t('suppressedBy', { by: hush(alert.suppressed_by) }),
    alert.first_of_storm && t('firstOfStorm'),
  ].filter((mark) => mark !== false);
  return marks.map((mark) => (
    <div key={mark} className="muted">
      {mark}
    </div>
  ));
}

export function AcknowledgeButton({ alert }: { alert: Alert }) {
  const t = useTranslations('alerts');
  const { acknowledge } = useAlertActions();
  const [isBusy, setBusy] = useState(false);
  if (alert.acknowledged) {
    return (
      <span className="muted">{t('acknowledgedBy', { by: alert.acknowledged_by ?? '–' })}</span>
    );
  }
  const act = async () => {
    setBusy(true);
    await acknowledge([alert]);
    setBusy(false);
  };
  return (
    <Button
      disabled={isBusy}
      aria-label={t('acknowledgeOf', { sensor: alert.sensor_id })}
      onClick={() => void act()}
    >
      <Check size={16} aria-hidden /> {t('acknowledge')}
    </Button>
  );
}
