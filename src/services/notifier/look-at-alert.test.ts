import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Rule } from '#domain/rule.ts';
import { Cadence } from '#engine/rules/cadence.ts';
import { alertHistory, findAlert } from '#storage/state/alerts.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { type ClosableStore, createInProcessState } from '#test/support/in-process-state.ts';
import { alertRow, documentRow, sensorRow, T0 } from '#test/support/state-rows.ts';
import { lookAtAlert } from './look-at-alert.ts';

const HOUR = 3_600_000;
let store: ClosableStore;
let changed: AlertsTable[];
beforeEach(async () => {
  store = await createInProcessState();
  changed = [];
});
afterEach(() => store.close());

async function look(fields: Partial<AlertsTable>, nowMs = T0) {
  const alert = alertRow({ id: 'a', next_repeat_at: nowMs, ...fields });
  await store.db.insertInto('alerts').values(alert).execute();
  const answer = await lookAtAlert(store, { alert, windows: [], nowMs }, (after) =>
    changed.push(after),
  );
  const row = await findAlert(store.db, { customer: 'main', id: 'a' });
  const history = (await alertHistory(store.db, 'a')).map(({ change }) => change);
  return { answer, row, history, alert };
}

async function putRule(fields: Partial<Rule>): Promise<void> {
  const body = JSON.stringify({ id: 'too-warm', when: { silent: '1h' }, ...fields });
  await store.db.insertInto('documents').values(documentRow({ body })).execute();
}

test('an alert that nothing hushes is told as it is', async () => {
  const { answer, alert, history } = await look({});
  expect(answer).toEqual(alert);
  expect([history, changed]).toEqual([[], []]);
});

test('a shelf that still holds puts it off to its end', async () => {
  const { answer, row } = await look({ shelved_until: T0 + HOUR });
  expect(answer).toBeUndefined();
  expect(row?.next_repeat_at).toBe(T0 + HOUR);
});

test('a shelf that is over is taken away, and the alert is told', async () => {
  const { answer, row, history } = await look({ shelved_until: T0, shelve_one_shot: 1 });
  expect(answer).toMatchObject({ id: 'a', shelved_until: null, next_repeat_at: T0 });
  expect(row).toMatchObject({ shelved_until: null, shelve_one_shot: 0 });
  expect(history).toEqual(['unshelved']);
  expect(changed).toHaveLength(1);
});

test('a suppression without an end is looked at again in a minute', async () => {
  const service = { reason: 'repair', by: 'anne', sinceMs: T0, untilMs: null };
  const sensor = sensorRow({ pk: 1, out_of_service: JSON.stringify(service) });
  await store.db.insertInto('sensors').values(sensor).execute();
  const { answer, row, history } = await look({});
  expect(answer).toBeUndefined();
  expect(row).toMatchObject({ suppressed_by: 'out-of-service', next_repeat_at: T0 + 60_000 });
  expect(history).toEqual(['suppressed']);
});

test('a suppression whose reason is gone is lifted', async () => {
  const { answer, history } = await look({ suppressed_by: 'out-of-service' });
  expect(answer).toMatchObject({ suppressed_by: null });
  expect(history).toEqual(['unsuppressed']);
});

test('an acknowledged alert rests where its rule asks for nothing', async () => {
  await putRule({});
  const { answer, row } = await look({ acknowledged: 1, acknowledged_at: T0 - HOUR });
  expect(answer).toBeUndefined();
  expect(row).toMatchObject({ acknowledged: 1, next_repeat_at: null });
});

test('an acknowledgement ends after the re-alert of the rule, not before', async () => {
  await putRule({ re_alert: '2h' });
  const early = await look({ acknowledged: 1, acknowledged_at: T0 - HOUR });
  expect(early.answer).toBeUndefined();
  expect(early.row).toMatchObject({ acknowledged: 1, next_repeat_at: T0 + HOUR });
  await store.db.deleteFrom('alerts').execute();
  const due = await look({ acknowledged: 1, acknowledged_at: T0 - 2 * HOUR });
  expect(due.answer).toMatchObject({ acknowledged: 0, acknowledged_at: null, told: 0 });
  expect(due.history).toEqual(['re_alerted']);
});

test('who comes second changes nothing and tells nobody', async () => {
  const alert = alertRow({ id: 'a', next_repeat_at: T0, shelved_until: T0 });
  await store.db.insertInto('alerts').values(alert).execute();
  const note = (after: AlertsTable) => changed.push(after);
  const answers = [];
  for (let times = 0; times < 2; times++)
    answers.push(await lookAtAlert(store, { alert, windows: [], nowMs: T0 }, note));
  // The first look leaves the time as it was: what it answers is told in a step of its own.
  expect(answers.map((answer) => answer?.id)).toEqual(['a', undefined]);
  expect(changed).toHaveLength(1);
});

describe('the silence of a sensor that has a parent', () => {
  const silent = { condition: 'silent', told: 0, started_at: T0 - 1000, received_at: T0 };
  const sensors = [
    sensorRow({ pk: 1, parent_id: 'hub' }),
    sensorRow({ pk: 2, sensor_id: 'hub', parent_id: 'gateway' }),
    sensorRow({ pk: 3, sensor_id: 'gateway' }),
  ];
  async function family(lastHeardMs: number, ...alerts: Partial<AlertsTable>[]): Promise<void> {
    await store.db.insertInto('sensors').values(sensors).execute();
    const state = { r: lastHeardMs, s: null, k: null, c: new Cadence().toJSON(), v: {}, a: {} };
    await store.db
      .insertInto('sensor_states')
      .values({ sensor_pk: 2, as_of: 0, state: JSON.stringify(state) })
      .execute();
    for (const row of alerts)
      await store.db
        .insertInto('alerts')
        .values(alertRow({ condition: 'silent', rule_id: 'silent', ...row }))
        .execute();
  }

  test('is told where the parent has been heard since', async () => {
    await family(T0);
    expect((await look(silent)).answer).toMatchObject({ id: 'a', suppressed_by: null });
  });

  test('waits while the parent need not have been heard, and no longer', async () => {
    await family(T0 - 20_000);
    const early = await look(silent);
    expect(early.answer).toBeUndefined();
    expect(early.row).toMatchObject({ suppressed_by: null, next_repeat_at: T0 + 5000 });
    await store.db.deleteFrom('alerts').execute();
    const late = await look({ ...silent, received_at: T0 }, T0 + 70_000);
    expect(late.answer).toMatchObject({ id: 'a' });
  });

  test('is its silent parent’s, or an ancestor’s', async () => {
    await family(T0 - 20_000, { sensor_pk: 3, sensor_id: 'gateway' });
    const { answer, row, history } = await look(silent);
    expect(answer).toBeUndefined();
    expect(row).toMatchObject({ suppressed_by: 'sensor/gateway', next_repeat_at: T0 + 5000 });
    expect(history).toEqual(['suppressed']);
  });

  test('has a minute to end after its parent’s, and is told then', async () => {
    const over = { sensor_pk: 2, sensor_id: 'hub', state: 'cleared' as const, cleared_at: T0 };
    await family(T0 + 1, over);
    const early = await look({ ...silent, suppressed_by: 'sensor/hub' }, T0 + 1000);
    expect(early.answer).toBeUndefined();
    expect(early.row?.next_repeat_at).toBe(T0 + 60_000);
    await store.db.deleteFrom('alerts').where('id', '=', 'a').execute();
    const late = await look({ ...silent, suppressed_by: 'sensor/hub' }, T0 + 60_000);
    expect(late.answer).toMatchObject({ suppressed_by: null });
  });

  test('is all that is its parent’s: other alerts are told', async () => {
    await family(T0 - 20_000, { sensor_pk: 2, sensor_id: 'hub' });
    expect((await look({ ...silent, condition: 'above' })).answer).toMatchObject({ id: 'a' });
  });
});
