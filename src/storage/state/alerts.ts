import { type Insertable, type Selectable, sql } from 'kysely';
import { ACTIVE, CLEARED } from './alert-row.ts';
import type { AlertHistoryTable, AlertsTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/state-store.contract.ts

export function findAlert(
  db: StateDb | StateTransaction,
  { customer, id }: { customer: string; id: string },
): Promise<AlertsTable | undefined> {
  return db
    .selectFrom('alerts')
    .selectAll()
    .where('id', '=', id)
    .where('customer', '=', customer)
    .executeTakeFirst();
}

export interface AlertFilter {
  customer: string;
  state?: 'active' | 'cleared' | undefined;
  severity?: string | undefined;
  sensorId?: string | undefined;
  ruleId?: string | undefined;
  isAcknowledged?: boolean | undefined;
  /** Active, or cleared and not acknowledged yet. */
  isOpen?: boolean | undefined;
  /** Shelved at this moment, or (false) not. */
  isShelved?: boolean | undefined;
  isSuppressed?: boolean | undefined;
  nowMs?: number | undefined;
  /** Bounds of the start: inclusive, exclusive. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
  /** Only alerts older than this one. */
  before?: { startedMs: number; id: string } | undefined;
  limit: number;
}

/** Newest first. */
export function listAlertRows(db: StateDb, filter: AlertFilter): Promise<AlertsTable[]> {
  let query = db.selectFrom('alerts').selectAll().where('customer', '=', filter.customer);
  if (filter.state !== undefined) {
    query = query.where('state', '=', filter.state === 'active' ? ACTIVE : CLEARED);
  }
  if (filter.severity !== undefined) query = query.where('severity', '=', filter.severity);
  if (filter.sensorId !== undefined) query = query.where('sensor_id', '=', filter.sensorId);
  if (filter.ruleId !== undefined) query = query.where('rule_id', '=', filter.ruleId);
  if (filter.isAcknowledged !== undefined) {
    query = query.where('acknowledged', '=', filter.isAcknowledged ? 1 : 0);
  }
  // What is not acknowledged is open: said so, it is found by the index of what is open.
  const isOpen = filter.isOpen ?? (filter.isAcknowledged === false || undefined);
  if (isOpen !== undefined) {
    query = query.where(({ eb, and, not }) => {
      // As in that index, to the letter.
      const isDone = and([eb('state', '=', CLEARED), eb('acknowledged', '=', sql.lit(1))]);
      return isOpen ? not(isDone) : isDone;
    });
  }
  if (filter.isShelved !== undefined) {
    const { isShelved, nowMs = 0 } = filter;
    query = query.where(({ eb, or }) =>
      isShelved
        ? eb('shelved_until', '>', nowMs)
        : or([eb('shelved_until', 'is', null), eb('shelved_until', '<=', nowMs)]),
    );
  }
  if (filter.isSuppressed !== undefined) {
    query = query.where('suppressed_by', filter.isSuppressed ? 'is not' : 'is', null);
  }
  if (filter.fromMs !== undefined) query = query.where('started_at', '>=', filter.fromMs);
  if (filter.toMs !== undefined) query = query.where('started_at', '<', filter.toMs);
  const { before } = filter;
  if (before) {
    query = query.where(({ eb, and, or }) =>
      or([
        eb('started_at', '<', before.startedMs),
        and([eb('started_at', '=', before.startedMs), eb('id', '<', before.id)]),
      ]),
    );
  }
  return query.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute();
}

/** Every change of an alert, oldest first. */
export function alertHistory(
  db: StateDb | StateTransaction,
  alertId: string,
): Promise<Selectable<AlertHistoryTable>[]> {
  return db
    .selectFrom('alert_history')
    .selectAll()
    .where('alert_id', '=', alertId)
    .orderBy('seq')
    .execute();
}

/** What people change of an alert; the rest belongs to the processor. */
export type AlertPeoplePart = Partial<
  Pick<
    AlertsTable,
    | 'acknowledged'
    | 'acknowledged_at'
    | 'acknowledged_by'
    | 'assignee'
    | 'next_repeat_at'
    | 'shelved_until'
    | 'shelve_one_shot'
    | 'shelved_by'
    | 'shelve_reason'
    | 'state'
    | 'cleared_at'
  >
>;

/** Changes an alert and keeps the change in its history; answers the alert as it is then. */
export async function changeAlert(
  tx: StateTransaction,
  {
    id,
    set,
    entry,
  }: { id: string; set: AlertPeoplePart; entry: Omit<Insertable<AlertHistoryTable>, 'alert_id'> },
): Promise<AlertsTable> {
  await tx
    .insertInto('alert_history')
    .values({ alert_id: id, ...entry })
    .execute();
  if (Object.keys(set).length > 0) {
    await tx.updateTable('alerts').set(set).where('id', '=', id).execute();
  }
  return tx.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Those of the sensors that have an open alert about their silence, by key. */
export async function silentAlertSensors(
  db: StateDb,
  sensorPks: readonly number[],
): Promise<Set<number>> {
  if (sensorPks.length === 0) return new Set();
  const rows = await db
    .selectFrom('alerts')
    .select('sensor_pk')
    .where('state', '=', ACTIVE)
    .where('condition', '=', 'silent')
    .where('sensor_pk', 'in', sensorPks)
    .execute();
  return new Set(rows.map(({ sensor_pk: pk }) => pk));
}

/** Clears what is open of a sensor that is taken away; it stays in the list. */
export async function closeAlertsOfSensor(
  tx: StateTransaction,
  { sensorPk, atMs, by }: { sensorPk: number; atMs: number; by: string },
): Promise<void> {
  const open = await tx
    .selectFrom('alerts')
    .select(['id', 'severity'])
    .where('sensor_pk', '=', sensorPk)
    .where('state', '=', ACTIVE)
    .execute();
  for (const { id, severity } of open) {
    await tx
      .updateTable('alerts')
      .set({ state: 'cleared', cleared_at: atMs, next_repeat_at: null })
      .where('id', '=', id)
      .execute();
    const entry = { alert_id: id, at: atMs, by, change: 'cleared', severity };
    await tx
      .insertInto('alert_history')
      .values({ ...entry, comment: 'The sensor was removed.' })
      .execute();
  }
}

/** When the severity of an alert last changed, ms, and what it was before; undefined where it is as it was raised. */
export async function latestSeverityChange(
  db: StateDb | StateTransaction,
  alertId: string,
): Promise<{ atMs: number; previous: string } | undefined> {
  const entries = await alertHistory(db, alertId);
  const at = entries.findLastIndex(({ change }) => change === 'severity_changed');
  const [before, last] = [entries[at - 1], entries[at]];
  return before && last ? { atMs: Number(last.at), previous: before.severity } : undefined;
}
