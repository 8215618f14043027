import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alertRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import {
  acknowledgementTimes,
  alertsBySeverity,
  alertsByTenMinutes,
  chatteringActors,
  staleAlerts,
  tellingsByTenMinutes,
  worstActors,
} from '../state/alarm-counts.ts';
import { insertNotifications } from '../state/outbox.ts';
import type { AlertsTable } from '../state/schema.ts';
import type { CreateStore } from './state-store.contract.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const period = { customer: 'main', fromMs: T0, toMs: T0 + DAY };

/** What every state store must count of alerts; an engine passes how to make an empty one. */
export function alarmCountsContract(name: string, createStore: CreateStore): void {
  describe(`alarm counts: ${name}`, () => {
    let store: Awaited<ReturnType<CreateStore>>;
    beforeEach(async () => {
      store = await createStore();
    });
    afterEach(() => store.close());

    async function insertAlerts(...rows: Partial<AlertsTable>[]): Promise<void> {
      for (const row of rows) {
        await store.db
          .insertInto('alerts')
          .values(alertRow({ started_at: row.received_at ?? T0, ...row }))
          .execute();
      }
    }

    test('alerts are counted by ten minutes of the clock, within the bounds, for one customer', async () => {
      await insertAlerts(
        { received_at: T0 - 1 },
        { received_at: T0 },
        { received_at: T0 + 10 * MINUTE - 1 },
        { received_at: T0 + 10 * MINUTE },
        { received_at: T0 + 35 * MINUTE },
        { received_at: T0 + DAY },
        { received_at: T0, customer: 'other' },
      );
      expect(await alertsByTenMinutes(store.db, period)).toEqual([
        { startMs: T0, count: 2 },
        { startMs: T0 + 10 * MINUTE, count: 1 },
        { startMs: T0 + 30 * MINUTE, count: 1 },
      ]);
    });

    test('the contacts who were told most come first, and good news does not count', async () => {
      const told = (contact: string, minutes: number, type = 'raised') =>
        notificationRow({ contact_id: contact, created_at: T0 + minutes * MINUTE, type });
      const rows = [
        told('anne', 1),
        told('anne', 2, 'escalated'),
        told('anne', 30, 'severity_changed'),
        told('anne', 3, 'cleared'),
        told('anne', 3, 'acknowledged'),
        told('bob', 1),
        told('bob', 2, 'digest'),
        told('carl', 1),
        notificationRow({ contact_id: 'anne', customer: 'other' }),
      ];
      await store.transaction((tx) => insertNotifications(tx, rows));
      const tellings = await tellingsByTenMinutes(store.db, { ...period, contacts: 2 });
      expect([...tellings]).toEqual([
        [
          'anne',
          [
            { startMs: T0, count: 2 },
            { startMs: T0 + 30 * MINUTE, count: 1 },
          ],
        ],
        ['bob', [{ startMs: T0, count: 2 }]],
      ]);
    });

    test('nobody told is no operators', async () => {
      expect(await tellingsByTenMinutes(store.db, { ...period, contacts: 2 })).toEqual(new Map());
    });

    test('the worst actors are the pairs of rule and sensor that raised most', async () => {
      await insertAlerts(
        { rule_id: 'a', sensor_id: 's1' },
        { rule_id: 'b', sensor_id: 's1' },
        { rule_id: 'b', sensor_id: 's1' },
        { rule_id: 'b', sensor_id: 's2' },
      );
      expect(await worstActors(store.db, { ...period, limit: 2 })).toEqual([
        { ruleId: 'b', sensorId: 's1', alerts: 2 },
        { ruleId: 'a', sensorId: 's1', alerts: 1 },
      ]);
    });

    test('three raises within a minute are chattering; the same in more time, or by others, are not', async () => {
      const raisedAt = (ruleId: string, ...seconds: number[]) =>
        seconds.map((second) => ({ rule_id: ruleId, received_at: T0 + second * 1000 }));
      await insertAlerts(
        ...raisedAt('chatters', 0, 20, 40, 50, 300),
        ...raisedAt('slow', 0, 30, 60, 90),
        ...raisedAt('twice', 0, 1),
        { ...raisedAt('twice', 2)[0], sensor_id: 'sensor-2' },
      );
      expect(await chatteringActors(store.db, { ...period, limit: 10 })).toEqual([
        { ruleId: 'chatters', sensorId: 'sensor-1', bursts: 2, lastMs: T0 + 50_000 },
      ]);
    });

    test('stale alerts are active ones that began before a moment, the oldest first', async () => {
      await insertAlerts(
        { id: 'old', started_at: T0 - 2 * DAY, severity: 'critical' },
        { id: 'older', started_at: T0 - 3 * DAY },
        { id: 'over', started_at: T0 - 3 * DAY, state: 'cleared' },
        { id: 'new', started_at: T0 },
        { id: 'foreign', started_at: T0 - 3 * DAY, customer: 'other' },
      );
      const stale = await staleAlerts(store.db, { customer: 'main', beforeMs: T0 - DAY, limit: 1 });
      expect(stale.count).toBe(2);
      expect(stale.oldest).toMatchObject([{ alertId: 'older', startedMs: T0 - 3 * DAY }]);
    });

    test('alerts are counted by the worst that they became', async () => {
      await insertAlerts(
        { highest_severity: 'critical', severity: 'warning' },
        { highest_severity: 'warning' },
        { highest_severity: 'warning' },
      );
      expect(await alertsBySeverity(store.db, period)).toEqual(
        new Map([
          ['critical', 1],
          ['warning', 2],
        ]),
      );
    });

    test('the time to acknowledge is told at the shares that are asked for', async () => {
      await insertAlerts(
        {},
        ...[10, 1, 2, 3].map((minutes) => ({
          acknowledged: 1,
          acknowledged_at: T0 + minutes * MINUTE,
        })),
      );
      const shares = { ...period, shares: [0.5, 0.9] };
      expect(await acknowledgementTimes(store.db, shares)).toEqual({
        acknowledged: 4,
        unacknowledged: 1,
        atMs: [3 * MINUTE, 10 * MINUTE],
      });
      const before = { customer: 'main', fromMs: T0 - DAY, toMs: T0, shares: [0.5] };
      expect(await acknowledgementTimes(store.db, before)).toMatchObject({ atMs: [null] });
    });
  });
}
