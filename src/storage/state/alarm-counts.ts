import { sql } from 'kysely';
import type { Severity } from '#domain/rule.ts';
import type { StateDb } from './state-store.ts';

// Tested by: storage/contract/alarm-counts.contract.ts

const TEN_MINUTES_MS = 600_000;
const MINUTE_MS = 60_000;
/** Raised so often within a minute is chattering. */
const CHATTER = 3;
/** What asks for somebody's attention; a digest is one message. */
const ASKS = ['raised', 'escalated', 'severity_changed', 'digest'] as const;

/** Alerts of a customer whose receipt lies within a time: inclusive, exclusive. */
export interface AlarmPeriod {
  customer: string;
  fromMs: number;
  toMs: number;
}

export interface TenMinutes {
  startMs: number;
  count: number;
}

/** How many alerts were raised in each ten minutes of the clock, in order; those without any are left out. */
export async function alertsByTenMinutes(db: StateDb, period: AlarmPeriod): Promise<TenMinutes[]> {
  const slot = sql<number>`floor(received_at / ${sql.lit(TEN_MINUTES_MS)})`;
  const rows = await within(db, period)
    .select((select) => [slot.as('slot'), select.fn.countAll().as('count')])
    .groupBy(slot)
    .orderBy(slot)
    .execute();
  return rows.map(({ slot: at, count }) => ({
    startMs: Number(at) * TEN_MINUTES_MS,
    count: Number(count),
  }));
}

/** The contacts who were told most, and how often in each ten minutes, in order. */
export async function tellingsByTenMinutes(
  db: StateDb,
  period: AlarmPeriod & { contacts: number },
): Promise<Map<string, TenMinutes[]>> {
  const told = db
    .selectFrom('notifications')
    .where('customer', '=', period.customer)
    .where('created_at', '>=', period.fromMs)
    .where('created_at', '<', period.toMs)
    .where('type', 'in', ASKS);
  const busiest = await told
    .select((select) => ['contact_id', select.fn.countAll().as('count')])
    .groupBy('contact_id')
    .orderBy('count', 'desc')
    .orderBy('contact_id')
    .limit(period.contacts)
    .execute();
  const byContact = new Map<string, TenMinutes[]>(busiest.map((row) => [row.contact_id, []]));
  if (byContact.size === 0) return byContact;
  const slot = sql<number>`floor(created_at / ${sql.lit(TEN_MINUTES_MS)})`;
  const rows = await told
    .where('contact_id', 'in', [...byContact.keys()])
    .select((select) => ['contact_id', slot.as('slot'), select.fn.countAll().as('count')])
    .groupBy(['contact_id', slot])
    .orderBy(slot)
    .execute();
  for (const { contact_id: contactId, slot: at, count } of rows) {
    byContact.get(contactId)?.push({ startMs: Number(at) * TEN_MINUTES_MS, count: Number(count) });
  }
  return byContact;
}

interface Actor {
  ruleId: string;
  sensorId: string;
}

/** Which rule on which sensor raised most. */
export async function worstActors(
  db: StateDb,
  period: AlarmPeriod & { limit: number },
): Promise<(Actor & { alerts: number })[]> {
  const rows = await within(db, period)
    .select((select) => ['rule_id', 'sensor_id', select.fn.countAll().as('alerts')])
    .groupBy(['rule_id', 'sensor_id'])
    .orderBy('alerts', 'desc')
    .orderBy('rule_id')
    .orderBy('sensor_id')
    .limit(period.limit)
    .execute();
  return rows.map((row) => ({
    ruleId: row.rule_id,
    sensorId: row.sensor_id,
    alerts: Number(row.alerts),
  }));
}

/** Which rule on which sensor raised three times or more within a minute: how many times over, and when last. */
export async function chatteringActors(
  db: StateDb,
  period: AlarmPeriod & { limit: number },
): Promise<(Actor & { bursts: number; lastMs: number })[]> {
  const raised = within(db, period).select([
    'rule_id',
    'sensor_id',
    'received_at',
    sql<number | null>`lag(received_at, ${sql.lit(CHATTER - 1)})
      over (partition by rule_id, sensor_id order by received_at)`.as('earlier_at'),
  ]);
  const rows = await db
    .selectFrom(raised.as('r'))
    .where(sql<boolean>`received_at - earlier_at < ${sql.lit(MINUTE_MS)}`)
    .select((select) => [
      'rule_id',
      'sensor_id',
      select.fn.countAll().as('bursts'),
      select.fn.max('received_at').as('last_at'),
    ])
    .groupBy(['rule_id', 'sensor_id'])
    .orderBy('bursts', 'desc')
    .orderBy('rule_id')
    .orderBy('sensor_id')
    .limit(period.limit)
    .execute();
  return rows.map((row) => ({
    ruleId: row.rule_id,
    sensorId: row.sensor_id,
    bursts: Number(row.bursts),
    lastMs: Number(row.last_at),
  }));
}

export interface StaleAlerts {
  count: number;
  oldest: (Actor & { alertId: string; severity: Severity; startedMs: number })[];
}

/** Alerts that have been active since before a moment, the oldest first. */
export async function staleAlerts(
  db: StateDb,
  of: { customer: string; beforeMs: number; limit: number },
): Promise<StaleAlerts> {
  const stale = db
    .selectFrom('alerts')
    .where('customer', '=', of.customer)
    .where('state', '=', 'active')
    .where('started_at', '<', of.beforeMs);
  const { count } = await stale
    .select((select) => select.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  const rows = await stale
    .select(['id', 'rule_id', 'sensor_id', 'severity', 'started_at'])
    .orderBy('started_at')
    .orderBy('id')
    .limit(of.limit)
    .execute();
  return {
    count: Number(count),
    oldest: rows.map((row) => ({
      alertId: row.id,
      ruleId: row.rule_id,
      sensorId: row.sensor_id,
      severity: row.severity as Severity,
      startedMs: row.started_at,
    })),
  };
}

/** How many alerts reached each severity. */
export async function alertsBySeverity(
  db: StateDb,
  period: AlarmPeriod,
): Promise<Map<string, number>> {
  const rows = await within(db, period)
    .select((select) => ['highest_severity', select.fn.countAll().as('count')])
    .groupBy('highest_severity')
    .execute();
  return new Map(rows.map((row) => [row.highest_severity, Number(row.count)]));
}

export interface AcknowledgementTimes {
  acknowledged: number;
  unacknowledged: number;
  /** The times at the shares asked for, ms; null where nothing was acknowledged. */
  atMs: (number | null)[];
}

/** How long people took to acknowledge: at which time a share of them had (`[0.5, 0.9]`). */
export async function acknowledgementTimes(
  db: StateDb,
  period: AlarmPeriod & { shares: readonly number[] },
): Promise<AcknowledgementTimes> {
  const counts = await within(db, period)
    .select((select) => ['acknowledged', select.fn.countAll().as('count')])
    .groupBy('acknowledged')
    .execute();
  const countOf = (flag: number) =>
    Number(counts.find(({ acknowledged }) => acknowledged === flag)?.count ?? 0);
  const acknowledged = countOf(1);
  const took = sql<number>`acknowledged_at - received_at`;
  const atMs = await Promise.all(
    period.shares.map(async (share) => {
      if (acknowledged === 0) return null;
      const row = await within(db, period)
        .where('acknowledged', '=', 1)
        .select(took.as('took_ms'))
        .orderBy(took)
        .limit(1)
        .offset(Math.min(acknowledged - 1, Math.floor(acknowledged * share)))
        .executeTakeFirst();
      return row === undefined ? null : Math.max(0, Number(row.took_ms));
    }),
  );
  return { acknowledged, unacknowledged: countOf(0), atMs };
}

function within(db: StateDb, { customer, fromMs, toMs }: AlarmPeriod) {
  return db
    .selectFrom('alerts')
    .where('customer', '=', customer)
    .where('received_at', '>=', fromMs)
    .where('received_at', '<', toMs);
}
