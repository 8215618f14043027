import type { Insertable } from 'kysely';
import { ACTIVE, SILENT } from './alert-row.ts';
import { type FleetShare, isInShare } from './fleet-rows.ts';
import type { AlertHistoryTable, AlertsTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/alarms.contract.ts

/** A rule on a sensor, of which each alert is one occurrence. */
export interface AlarmKey {
  ruleId: string;
  sensorPk: number;
}

/** A timed shelf of an alarm: it holds alerts that are raised later as well. */
export interface ShelfRow {
  untilMs: number;
  by: string;
  reason: string;
}

const shelfOf = (row: {
  shelved_until: number | null;
  shelved_by: string | null;
  shelve_reason: string | null;
}): ShelfRow => ({
  untilMs: row.shelved_until ?? 0,
  by: row.shelved_by ?? 'system',
  reason: row.shelve_reason ?? '',
});

/**
 * The alert that stands; undefined where none does. A sensor is of one customer: said as well, SQLite may read every alert of
 * the customer, by an index that begins with it, in place of those of the sensor.
 */
export function findOpenAlert(
  db: StateDb | StateTransaction,
  { ruleId, sensorPk }: AlarmKey,
): Promise<AlertsTable | undefined> {
  return db
    .selectFrom('alerts')
    .selectAll()
    .where('sensor_pk', '=', sensorPk)
    .where('state', '=', ACTIVE)
    .where('rule_id', '=', ruleId)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** The newest alert about a sensor's silence, whatever its rule. */
export function latestSilence(
  db: StateDb,
  sensorPk: number,
): Promise<Pick<AlertsTable, 'state' | 'cleared_at'> | undefined> {
  return db
    .selectFrom('alerts')
    .select(['state', 'cleared_at'])
    .where('sensor_pk', '=', sensorPk)
    .where('condition', '=', SILENT)
    .orderBy('state')
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** The timed shelf in force; undefined where there is none. Asked like `findOpenAlert`. */
export async function findShelf(
  db: StateDb | StateTransaction,
  { ruleId, sensorPk, nowMs }: AlarmKey & { nowMs: number },
): Promise<ShelfRow | undefined> {
  const row = await db
    .selectFrom('alerts')
    .select(['shelved_until', 'shelved_by', 'shelve_reason'])
    .where('shelved_until', '>', nowMs)
    .where('shelve_one_shot', '=', 0)
    .where('sensor_pk', '=', sensorPk)
    .where('rule_id', '=', ruleId)
    .orderBy('shelved_until', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && shelfOf(row);
}

/** Every timed shelf in force. */
export async function shelves(
  db: StateDb,
  nowMs: number,
  share?: FleetShare,
): Promise<{ sensorPk: number; ruleId: string; shelf: ShelfRow }[]> {
  const rows = await db
    .selectFrom('alerts')
    .leftJoin('sensors', 'sensors.pk', 'alerts.sensor_pk')
    .select(['sensor_pk', 'rule_id', 'shelved_until', 'shelved_by', 'shelve_reason'])
    .$if(share !== undefined, (query) => query.where(isInShare(share!)))
    .where('shelved_until', '>', nowMs)
    .where('shelve_one_shot', '=', 0)
    .orderBy('shelved_until')
    .execute();
  return rows.map((row) => ({
    sensorPk: row.sensor_pk,
    ruleId: row.rule_id,
    shelf: shelfOf(row),
  }));
}

/** Takes every shelf from an alarm, with that of its alerts that have cleared; asked like `findOpenAlert`. */
export async function takeOffShelf(
  tx: StateTransaction,
  { ruleId, sensorPk }: AlarmKey,
): Promise<void> {
  await tx
    .updateTable('alerts')
    .set({ shelved_until: null, shelve_one_shot: 0 })
    .where('shelved_until', 'is not', null)
    .where('sensor_pk', '=', sensorPk)
    .where('rule_id', '=', ruleId)
    .execute();
}

/** Alerts that were suppressed for a reason are looked at by the notifier now. */
export async function lookAtSuppressed(
  tx: StateTransaction,
  { sensorPk, by, nowMs }: { sensorPk: number; by: string; nowMs: number },
): Promise<void> {
  await tx
    .updateTable('alerts')
    .set({ next_repeat_at: nowMs })
    .where('sensor_pk', '=', sensorPk)
    .where('state', '=', ACTIVE)
    .where('suppressed_by', '=', by)
    .execute();
}

/** The same for a reason that is not one sensor's. */
export async function lookAtSuppressedBy(
  tx: StateTransaction,
  { customer, by, nowMs }: { customer: string; by: string; nowMs: number },
): Promise<void> {
  await tx
    .updateTable('alerts')
    .set({ next_repeat_at: nowMs })
    .where('state', '=', ACTIVE)
    .where('suppressed_by', '=', by)
    .where('customer', '=', customer)
    .execute();
}

/** Has the notifier look at an alert at a time. */
export async function lookAtAlertAt(
  tx: StateTransaction,
  alertId: string,
  atMs: number,
): Promise<void> {
  await tx.updateTable('alerts').set({ next_repeat_at: atMs }).where('id', '=', alertId).execute();
}

/** What the notifier changes of an alert. */
export type AlertChange = Partial<
  Pick<
    AlertsTable,
    | 'shelved_until'
    | 'shelve_one_shot'
    | 'suppressed_by'
    | 'acknowledged'
    | 'acknowledged_at'
    | 'acknowledged_by'
    | 'next_repeat_at'
    | 'told'
  >
>;

/**
 * Changes an alert and keeps that in its history, unless it is another than it was looked at: closed, acknowledged, shelved
 * or brought back meanwhile, or seen to by another notifier; then nothing is written, and the answer is false.
 */
export async function moveAlert(
  tx: StateTransaction,
  {
    before,
    set,
    entries = [],
  }: {
    before: AlertsTable;
    set: AlertChange;
    entries?: readonly Insertable<AlertHistoryTable>[];
  },
): Promise<boolean> {
  const moved = await tx
    .updateTable('alerts')
    .set(set)
    .where('id', '=', before.id)
    .where('state', '=', before.state)
    .where('acknowledged', '=', before.acknowledged)
    .where('next_repeat_at', 'is not distinct from', before.next_repeat_at)
    .where('shelved_until', 'is not distinct from', before.shelved_until)
    .where('suppressed_by', 'is not distinct from', before.suppressed_by)
    .executeTakeFirst();
  if (moved.numUpdatedRows === 0n) return false;
  if (entries.length > 0) {
    await tx
      .insertInto('alert_history')
      .values([...entries])
      .execute();
  }
  return true;
}
