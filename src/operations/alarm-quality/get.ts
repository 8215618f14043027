import {
  type AlarmLoad,
  type AlarmQuality,
  AlarmQualityQuery,
  type QualityFigureName,
} from '#domain/alarm-quality.ts';
import { SEVERITIES, type Severity } from '#domain/rule.ts';
import { formatTime } from '#domain/time.ts';
import { alarmLoad, type Period, rounded } from '#engine/alarm-quality/alarm-load.ts';
import { judgeQuality } from '#engine/alarm-quality/judge-quality.ts';
import {
  acknowledgementTimes,
  alertsBySeverity,
  alertsByTenMinutes,
  chatteringActors,
  staleAlerts,
  tellingsByTenMinutes,
  worstActors,
} from '#storage/state/alarm-counts.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { inputRange } from '../input-times.ts';

const check = inputCheck(AlarmQualityQuery);
const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST_DAYS = 400;
const OPERATORS = 20;
const BAD_ACTORS = 10;
const LISTED = 100;
const STALE_LISTED = 10;
const TARGET_SHARES: Readonly<Record<Severity, number>> = {
  info: 0.8,
  warning: 0.15,
  critical: 0.05,
};

/**
 * How well people can live with the alerts of a time (the last 30 days unless given), against the figures of ISA-18.2.
 * Counts every alert that was raised; load is judged for the contact who was told most. Throws `invalid_request` for
 * more than 400 days.
 */
export async function getAlarmQuality({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: AlarmQualityQuery;
}): Promise<AlarmQuality> {
  authorize(ctx, 'read');
  const { customer } = ctx.caller;
  const { db } = ctx.state;
  const nowMs = ctx.clock.now();
  const period = periodOf(check(input), nowMs);
  const asked = { customer, ...period };
  const [tenMinutes, tellings, actors, chattering, severities, times, stale] = await Promise.all([
    alertsByTenMinutes(db, asked),
    tellingsByTenMinutes(db, { ...asked, contacts: OPERATORS }),
    worstActors(db, { ...asked, limit: BAD_ACTORS }),
    chatteringActors(db, { ...asked, limit: LISTED }),
    alertsBySeverity(db, asked),
    acknowledgementTimes(db, { ...asked, shares: [0.5, 0.9] }),
    staleAlerts(db, { customer, beforeMs: nowMs - DAY_MS, limit: STALE_LISTED }),
  ]);
  const { load: all, floods } = alarmLoad(tenMinutes, period);
  const operators = [...tellings].map(([contactId, counts]) => ({
    contact_id: contactId,
    ...alarmLoad(counts, period).load,
  }));
  const shareOf = (count: number): number => (all.alerts === 0 ? 0 : rounded(count / all.alerts));
  const priorities = SEVERITIES.map((severity) => {
    const alerts = severities.get(severity) ?? 0;
    return { severity, alerts, share: shareOf(alerts), target: TARGET_SHARES[severity] };
  });
  const seconds = (ms: number | null | undefined): number | null =>
    ms === null || ms === undefined ? null : rounded(ms / 1000);
  return {
    from: formatTime(period.fromMs),
    to: formatTime(period.toMs),
    days: rounded((period.toMs - period.fromMs) / DAY_MS),
    is_enough: period.toMs - period.fromMs >= USUAL_DAYS * DAY_MS,
    figures: judgeQuality(
      {
        ...loadFigures(busiest(operators) ?? all),
        top_ten_share: shareOf(actors.reduce((sum, { alerts }) => sum + alerts, 0)),
        chattering: chattering.length,
        stale: stale.count,
        critical_share: shareOf(severities.get('critical') ?? 0),
        warning_share: shareOf(severities.get('warning') ?? 0),
      },
      all.alerts,
    ),
    all,
    operators,
    floods: floods.slice(-LISTED),
    bad_actors: actors.map(({ ruleId, sensorId, alerts }) => ({
      rule_id: ruleId,
      sensor_id: sensorId,
      alerts,
      share: shareOf(alerts),
    })),
    chattering: chattering.map(({ ruleId, sensorId, bursts, lastMs }) => ({
      rule_id: ruleId,
      sensor_id: sensorId,
      bursts,
      last_at: formatTime(lastMs),
    })),
    stale: {
      count: stale.count,
      oldest: stale.oldest.map(({ alertId, ruleId, sensorId, severity, startedMs }) => ({
        alert_id: alertId,
        rule_id: ruleId,
        sensor_id: sensorId,
        severity,
        started_at: formatTime(startedMs),
      })),
    },
    priorities,
    acknowledgement: {
      acknowledged: times.acknowledged,
      unacknowledged: times.unacknowledged,
      p50_s: seconds(times.atMs[0]),
      p90_s: seconds(times.atMs[1]),
    },
  };
}

function periodOf(input: AlarmQualityQuery, nowMs: number): Period {
  const range = inputRange(input);
  const toMs = range.toMs ?? nowMs;
  const fromMs = range.fromMs ?? toMs - USUAL_DAYS * DAY_MS;
  if (fromMs >= toMs) throw refuse([{ pointer: '/from', detail: 'must be earlier than now' }]);
  if (toMs - fromMs > MOST_DAYS * DAY_MS)
    throw refuse([{ pointer: '/from', detail: `must be at most ${MOST_DAYS} days before to` }]);
  return { fromMs, toMs };
}

function busiest(operators: readonly AlarmLoad[]): AlarmLoad | undefined {
  return operators.reduce<AlarmLoad | undefined>(
    (most, one) => (most === undefined || one.alerts > most.alerts ? one : most),
    undefined,
  );
}

function loadFigures(
  load: AlarmLoad,
): Pick<
  Record<QualityFigureName, number>,
  | 'alerts_per_day'
  | 'alerts_per_hour'
  | 'alerts_per_ten_minutes'
  | 'worst_ten_minutes'
  | 'flood_share'
> {
  return {
    alerts_per_day: load.per_day,
    alerts_per_hour: load.per_hour,
    alerts_per_ten_minutes: load.per_ten_minutes,
    worst_ten_minutes: load.worst_ten_minutes,
    flood_share: load.flood_share,
  };
}
