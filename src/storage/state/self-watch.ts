import type { StateDb, StateStore } from './state-store.ts';

// Tested by: storage/contract/self-watch.contract.ts

const KEY = 'self_watch';

/** What is known of the platform's watch over itself, shared by its processes. Times in ms since the epoch. */
export interface SelfWatchRecord {
  /** When the last round began, by the clock of whoever ran it. */
  roundMs: number;
  /** When the first round began. */
  sinceMs: number;
  successMs: number | null;
  failure: { atMs: number; detail: string } | null;
  /** The newest last. */
  latenciesMs: number[];
  heartbeat: { atMs: number; outcome: string } | null;
}

/** undefined before the first round. */
export async function readSelfWatch(db: StateDb): Promise<SelfWatchRecord | undefined> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', KEY).executeTakeFirst();
  return row && (JSON.parse(row.value) as SelfWatchRecord);
}

/**
 * Begins a round, unless another process has begun one within the interval or does so at this moment: of all
 * processes that ask, one is told true. A last round that lies further ahead than an interval was begun by a clock that
 * goes wrong, and does not count.
 */
export async function beginRound(
  db: StateDb,
  { nowMs, intervalMs }: { nowMs: number; intervalMs: number },
): Promise<boolean> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', KEY).executeTakeFirst();
  if (row === undefined) {
    const first: SelfWatchRecord = {
      roundMs: nowMs,
      sinceMs: nowMs,
      successMs: null,
      failure: null,
      latenciesMs: [],
      heartbeat: null,
    };
    const made = await db
      .insertInto('meta')
      .values({ key: KEY, value: JSON.stringify(first) })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .executeTakeFirst();
    return made.numInsertedOrUpdatedRows === 1n;
  }
  const record = JSON.parse(row.value) as SelfWatchRecord;
  if (Math.abs(nowMs - record.roundMs) < intervalMs) return false;
  const taken = await db
    .updateTable('meta')
    .set({ value: JSON.stringify({ ...record, roundMs: nowMs }) })
    .where('key', '=', KEY)
    .where('value', '=', row.value)
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n;
}

/** Writes down what came of a round. */
export async function endRound(
  state: Pick<StateStore, 'transaction'>,
  change: (record: SelfWatchRecord) => SelfWatchRecord,
): Promise<void> {
  await state.transaction(async (tx) => {
    const row = await tx
      .selectFrom('meta')
      .select('value')
      .where('key', '=', KEY)
      .executeTakeFirst();
    if (row === undefined) return;
    const value = JSON.stringify(change(JSON.parse(row.value) as SelfWatchRecord));
    await tx.updateTable('meta').set({ value }).where('key', '=', KEY).execute();
  });
}

const ROWS_A_STEP = 200;

/** Removes a customer's cleared alerts from before a moment, with their history, notifications and attempts. */
export async function forgetAlerts(
  state: Pick<StateStore, 'transaction'>,
  { customer, beforeMs }: { customer: string; beforeMs: number },
): Promise<void> {
  for (;;) {
    const removed = await state.transaction(async (tx) => {
      const rows = await tx
        .selectFrom('alerts')
        .select('id')
        .where('customer', '=', customer)
        .where('state', '=', 'cleared')
        .where('received_at', '<', beforeMs)
        .limit(ROWS_A_STEP)
        .execute();
      if (rows.length === 0) return 0;
      const ids = rows.map(({ id }) => id);
      const told = tx.selectFrom('notifications').select('id').where('alert_id', 'in', ids);
      await tx.deleteFrom('delivery_attempts').where('notification_id', 'in', told).execute();
      await tx.deleteFrom('notifications').where('alert_id', 'in', ids).execute();
      await tx.deleteFrom('alert_history').where('alert_id', 'in', ids).execute();
      await tx.deleteFrom('alerts').where('id', 'in', ids).execute();
      return rows.length;
    });
    if (removed < ROWS_A_STEP) return;
  }
}
