import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alertRow, T0 } from '#test/support/state-rows.ts';
import {
  findOpenAlert,
  findShelf,
  latestSilence,
  lookAtSuppressed,
  moveAlert,
  shelves,
  takeOffShelf,
} from '../state/alarms.ts';
import { alertHistory, findAlert, listAlertRows } from '../state/alerts.ts';
import { activeCounts, fleetCounts } from '../state/overview-counts.ts';
import type { AlertsTable } from '../state/schema.ts';
import type { CreateStore } from './state-store.contract.ts';

const alarm = { ruleId: 'too-warm', sensorPk: 1 };
const shelved = { shelved_until: T0 + 100, shelved_by: 'key:k1', shelve_reason: 'repair' };

/** What every state store must do with shelves, hushes and what the notifier changes; an engine passes how to make an empty one. */
export function alarmsContract(name: string, createStore: CreateStore): void {
  describe(`alarms: ${name}`, () => {
    let store: Awaited<ReturnType<CreateStore>>;
    beforeEach(async () => {
      store = await createStore();
    });
    afterEach(() => store.close());

    async function put(...rows: Partial<AlertsTable>[]): Promise<void> {
      for (const row of rows) await store.db.insertInto('alerts').values(alertRow(row)).execute();
    }
    const idsOf = async (filter: object) =>
      (await listAlertRows(store.db, { customer: 'main', limit: 10, nowMs: T0, ...filter }))
        .map(({ id }) => id)
        .sort();

    test('the open alert of an alarm is found among those of others', async () => {
      await put(
        { id: 'open' },
        { id: 'over', state: 'cleared' },
        { id: 'sensor', sensor_pk: 2 },
        { id: 'rule', rule_id: 'other' },
        { id: 'foreign', customer: 'other', sensor_pk: 4 },
      );
      expect((await findOpenAlert(store.db, alarm))?.id).toBe('open');
      expect(await findOpenAlert(store.db, { ...alarm, sensorPk: 3 })).toBeUndefined();
    });

    test('the newest silence of a sensor is the one that stands, or the last that was over', async () => {
      const silent = { condition: 'silent' };
      await put(
        { ...silent, id: 'old', state: 'cleared', started_at: T0, cleared_at: T0 + 1 },
        { ...silent, id: 'last', state: 'cleared', started_at: T0 + 2, cleared_at: T0 + 3 },
        { id: 'warm', started_at: T0 + 9 },
        { ...silent, id: 'stands', sensor_pk: 2, started_at: T0 },
        { ...silent, id: 'later', sensor_pk: 2, state: 'cleared', started_at: T0 + 5 },
      );
      expect(await latestSilence(store.db, 1)).toEqual({ state: 'cleared', cleared_at: T0 + 3 });
      expect(await latestSilence(store.db, 2)).toMatchObject({ state: 'active' });
      expect(await latestSilence(store.db, 3)).toBeUndefined();
    });

    test('silent sensors and standing alerts are counted by customer', async () => {
      await put(
        { condition: 'silent', rule_id: 'a' },
        { condition: 'silent', rule_id: 'b' },
        { condition: 'silent', sensor_pk: 2, state: 'cleared' },
        { condition: 'silent', sensor_pk: 3, customer: 'other' },
        { condition: 'above', sensor_pk: 4 },
      );
      expect((await fleetCounts(store.db, { customer: 'main', nowMs: T0 })).silent).toBe(1);
      const [counts] = await activeCounts(store.db, { customer: 'main', nowMs: T0 });
      expect(counts).toMatchObject({ acknowledged: false, shelved: false, count: 3 });
    });

    test('a timed shelf holds its alarm, also from an alert that has cleared, until its time is over', async () => {
      await put(
        { id: 'shelved', state: 'cleared', ...shelved },
        { id: 'once', sensor_pk: 2, ...shelved, shelve_one_shot: 1 },
        { id: 'over', sensor_pk: 3, ...shelved, shelved_until: T0 },
      );
      const shelf = { untilMs: T0 + 100, by: 'key:k1', reason: 'repair' };
      expect(await findShelf(store.db, { ...alarm, nowMs: T0 })).toEqual(shelf);
      expect(await findShelf(store.db, { ...alarm, nowMs: T0 + 100 })).toBeUndefined();
      expect(await findShelf(store.db, { ...alarm, sensorPk: 2, nowMs: T0 })).toBeUndefined();
      expect(await shelves(store.db, T0)).toEqual([{ sensorPk: 1, ruleId: 'too-warm', shelf }]);
      await store.transaction((tx) => takeOffShelf(tx, alarm));
      expect(await shelves(store.db, T0)).toEqual([]);
      expect(await idsOf({ isShelved: true })).toEqual(['once']);
    });

    test('lists tell what is open, shelved and suppressed', async () => {
      await put(
        { id: 'active', acknowledged: 1 },
        { id: 'unseen', state: 'cleared' },
        { id: 'done', state: 'cleared', acknowledged: 1 },
        { id: 'shelved', ...shelved },
        { id: 'suppressed', suppressed_by: 'out-of-service' },
      );
      expect(await idsOf({ isOpen: true })).toEqual(['active', 'shelved', 'suppressed', 'unseen']);
      expect(await idsOf({ isOpen: false })).toEqual(['done']);
      expect(await idsOf({ isShelved: true })).toEqual(['shelved']);
      expect(await idsOf({ isShelved: false })).toHaveLength(4);
      expect(await idsOf({ isSuppressed: true })).toEqual(['suppressed']);
      expect(await idsOf({ isSuppressed: false })).toHaveLength(4);
    });

    test('what was suppressed for a reason that is gone is looked at now', async () => {
      await put(
        { id: 'a', suppressed_by: 'out-of-service' },
        { id: 'b', suppressed_by: 'maintenance-window/w' },
        { id: 'c', suppressed_by: 'out-of-service', sensor_pk: 2 },
      );
      await store.transaction((tx) =>
        lookAtSuppressed(tx, { sensorPk: 1, by: 'out-of-service', nowMs: T0 }),
      );
      const rows = await store.db.selectFrom('alerts').select(['id', 'next_repeat_at']).execute();
      expect(rows.filter((row) => row.next_repeat_at === T0).map(({ id }) => id)).toEqual(['a']);
    });

    test('an alert is moved on once, with its history, and only as it was looked at', async () => {
      await put({ id: 'a', next_repeat_at: T0 });
      const before = (await findAlert(store.db, { customer: 'main', id: 'a' }))!;
      const entry = {
        alert_id: 'a',
        at: T0,
        by: 'system',
        change: 'unshelved',
        severity: 'warning',
        comment: null,
      };
      const move = (seen: AlertsTable) =>
        store.transaction((tx) =>
          moveAlert(tx, { before: seen, set: { next_repeat_at: T0 + 1 }, entries: [entry] }),
        );
      for (const other of [
        { state: 'cleared' as const },
        { acknowledged: 1 },
        { shelved_until: T0 },
        { suppressed_by: 'x' },
      ])
        expect(await move({ ...before, ...other })).toBe(false);
      expect([await move(before), await move(before)]).toEqual([true, false]);
      expect(await alertHistory(store.db, 'a')).toHaveLength(1);
    });
  });
}
