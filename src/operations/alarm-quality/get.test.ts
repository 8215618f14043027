import { expect, test } from 'vitest';
import { insertNotifications } from '#storage/state/outbox.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { codeOf, createOperations } from '#test/support/operations.ts';
import { alertRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { getAlarmQuality } from './get.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

async function start(rows: Partial<AlertsTable>[] = []) {
  const operations = await createOperations();
  for (const row of rows)
    await operations.state.db
      .insertInto('alerts')
      .values(alertRow({ started_at: row.received_at ?? T0, ...row }))
      .execute();
  operations.clock.advance(DAY);
  return { ...operations, ctx: operations.as('main') };
}

test('a platform without alerts is in good order over the last 30 days', async () => {
  const { ctx } = await start();
  const quality = await getAlarmQuality({ ctx, input: {} });
  expect(quality).toMatchObject({ days: 30, is_enough: true, operators: [], bad_actors: [] });
  expect(new Set(quality.figures.map(({ judgement }) => judgement))).toEqual(new Set(['good']));
  expect(quality.acknowledgement).toEqual({
    acknowledged: 0,
    unacknowledged: 0,
    p50_s: null,
    p90_s: null,
  });
});

test('load is that of the contact who was told most; floods, actors and shares are of all alerts', async () => {
  const burst = Array.from({ length: 90 }, (_, at) => ({
    rule_id: 'chatters',
    received_at: T0 + at * 10_000,
    highest_severity: 'critical',
    acknowledged: at < 45 ? 1 : 0,
    acknowledged_at: at < 45 ? T0 + at * 10_000 + MINUTE : null,
    state: 'cleared' as const,
  }));
  const others = Array.from({ length: 30 }, (_, at) => ({
    id: `info-${at}`,
    sensor_id: `s-${at}`,
    received_at: T0 - 2 * DAY,
    highest_severity: 'info',
  }));
  const { ctx, state } = await start([...burst, ...others]);
  const told = (contact: string, minute: number) =>
    notificationRow({ contact_id: contact, created_at: T0 + minute * MINUTE });
  const rows = [told('anne', 0), told('anne', 1), told('bob', 0)];
  await state.transaction((tx) => insertNotifications(tx, rows));

  const quality = await getAlarmQuality({ ctx, input: {} });
  expect(quality.all.alerts).toBe(120);
  expect(quality.operators).toMatchObject([
    { contact_id: 'anne', alerts: 2, worst_ten_minutes: 2 },
    { contact_id: 'bob', alerts: 1 },
  ]);
  const figure = (name: string) => quality.figures.find((one) => one.name === name);
  expect(figure('worst_ten_minutes')).toMatchObject({ value: 2, judgement: 'good' });
  expect(figure('top_ten_share')).toMatchObject({ value: 0.825, judgement: 'too_much' });
  expect(figure('critical_share')).toMatchObject({ value: 0.75, judgement: 'too_much' });
  expect(figure('chattering')).toMatchObject({ value: 1, judgement: 'too_much' });
  expect(figure('stale')).toMatchObject({ value: 30, judgement: 'too_much' });
  // Thirty at one time, then sixty and thirty in the two ten minutes that the burst took.
  expect(quality.floods.map(({ alerts }) => alerts)).toEqual([30, 90]);
  expect(quality.bad_actors[0]).toEqual({
    rule_id: 'chatters',
    sensor_id: 'sensor-1',
    alerts: 90,
    share: 0.75,
  });
  expect(quality.chattering).toMatchObject([{ rule_id: 'chatters', bursts: 88 }]);
  expect(quality.stale.oldest).toHaveLength(10);
  expect(quality.priorities).toMatchObject([
    { severity: 'info', alerts: 30, share: 0.25, target: 0.8 },
    { severity: 'warning', alerts: 0 },
    { severity: 'critical', alerts: 90 },
  ]);
  expect(quality.acknowledgement).toMatchObject({ acknowledged: 45, p50_s: 60, p90_s: 60 });
});

test('what others own is not counted, and a time that ends before it begins is refused', async () => {
  const { ctx } = await start([{ customer: 'other' }]);
  expect((await getAlarmQuality({ ctx, input: {} })).all.alerts).toBe(0);
  const input = { from: '2026-11-22T00:00:00Z', to: '2026-11-21T00:00:00Z' };
  expect(await codeOf(getAlarmQuality({ ctx, input }))).toBe('invalid_request');
  const long = { from: '2020-11-22T00:00:00Z' };
  expect(await codeOf(getAlarmQuality({ ctx, input: long }))).toBe('invalid_request');
});
