import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alertRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { insertNotifications, recordAttempts } from '../state/outbox.ts';
import { beginRound, endRound, forgetAlerts, readSelfWatch } from '../state/self-watch.ts';
import type { CreateStore } from './state-store.contract.ts';

const MINUTE = 60_000;

/** What every state store must do for the watch over the platform itself. */
export function selfWatchContract(name: string, createStore: CreateStore): void {
  describe(`self-watch: ${name}`, () => {
    let store: Awaited<ReturnType<CreateStore>>;
    beforeEach(async () => {
      store = await createStore();
    });
    afterEach(() => store.close());

    const begin = (nowMs: number) => beginRound(store.db, { nowMs, intervalMs: MINUTE });

    test('of many who ask at once one begins the round, the first one and any later one', async () => {
      expect(await readSelfWatch(store.db)).toBeUndefined();
      for (const nowMs of [T0, T0 + MINUTE]) {
        const asked = await Promise.all(Array.from({ length: 8 }, () => begin(nowMs)));
        expect(asked.filter(Boolean)).toHaveLength(1);
      }
      expect(await readSelfWatch(store.db)).toMatchObject({ roundMs: T0 + MINUTE, sinceMs: T0 });
    });

    test('a round is not due before its interval is over, except after one from a clock ahead', async () => {
      expect(await begin(T0)).toBe(true);
      expect(await begin(T0 + MINUTE - 1)).toBe(false);
      expect(await begin(T0 - MINUTE + 1)).toBe(false);
      expect(await begin(T0 - MINUTE)).toBe(true);
    });

    test('what came of a round is kept beside what was known', async () => {
      await begin(T0);
      await endRound(store, (record) => ({ ...record, successMs: T0 + 5, latenciesMs: [5] }));
      await begin(T0 + MINUTE);
      expect(await readSelfWatch(store.db)).toEqual({
        roundMs: T0 + MINUTE,
        sinceMs: T0,
        successMs: T0 + 5,
        failure: null,
        latenciesMs: [5],
        heartbeat: null,
      });
    });

    test('old cleared alerts of a customer go with all that hangs on them, and nothing else does', async () => {
      const rows = [
        alertRow({ id: 'old', state: 'cleared', received_at: T0 - 1, customer: 'self' }),
        alertRow({ id: 'open', received_at: T0 - 1, customer: 'self' }),
        alertRow({ id: 'new', state: 'cleared', received_at: T0, customer: 'self' }),
        alertRow({ id: 'foreign', state: 'cleared', received_at: T0 - 1 }),
      ];
      const ids = rows.map(({ id }) => id);
      await store.transaction(async (tx) => {
        await tx.insertInto('alerts').values(rows).execute();
        const change = { at: T0, by: 'system', change: 'raised', severity: 'info', comment: null };
        for (const id of ids)
          await tx
            .insertInto('alert_history')
            .values({ alert_id: id, ...change })
            .execute();
        await insertNotifications(
          tx,
          ids.map((id) => notificationRow({ id: `n-${id}`, alert_id: id })),
        );
        const next = { state: 'sent' as const, receipt: null };
        await recordAttempts(
          tx,
          ids.map((id) => ({
            notificationId: `n-${id}`,
            atMs: T0,
            outcome: 'ok',
            detail: null,
            next,
          })),
        );
      });
      await forgetAlerts(store, { customer: 'self', beforeMs: T0 });
      const { db } = store;
      const kept = async (table: 'alerts' | 'notifications') =>
        (await db.selectFrom(table).select('id').execute()).map(({ id }) => id).sort();
      expect(await kept('alerts')).toEqual(['foreign', 'new', 'open']);
      expect(await kept('notifications')).toEqual(['n-foreign', 'n-new', 'n-open']);
      const history = await db.selectFrom('alert_history').select('alert_id').execute();
      expect(history.map((row) => row.alert_id).sort()).toEqual(['foreign', 'new', 'open']);
      const attempts = await db.selectFrom('delivery_attempts').select('notification_id').execute();
      expect(attempts).toHaveLength(3);
    });
  });
}
