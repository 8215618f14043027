import { describe, expect, test } from 'vitest';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import { insertNotifications } from '#storage/state/outbox.ts';
import { alertRow, notificationRow, sensorRow, T0 } from '#test/support/state-rows.ts';
import { contact, HOUR, policy, useToldAlerts } from '#test/support/told-alert.ts';
import { tellAgain } from './tell-again.ts';

const ledger = useToldAlerts();
const { putDocument, putAlert, made, nextRepeat } = ledger;

describe('an alert that nobody acknowledges', () => {
  test('is told again to the same contacts, as it is now, and marked as a repeat', async () => {
    await putDocument('policy', policy());
    await putAlert();
    await ledger.store.db.updateTable('alerts').set({ peak: 12.5 }).execute();
    expect(await tellAgain(ledger.store, T0 + HOUR)).toBe(false);
    const rows = await made();
    expect(rows).toMatchObject([
      {
        contact_id: 'anne',
        channel: 'email',
        policy_id: 'cold-chain',
        type: 'raised',
        state: 'queued',
      },
      { contact_id: 'hook', channel: 'webhook', created_at: T0 + HOUR, next_attempt_at: T0 + HOUR },
    ]);
    const payload = JSON.parse(rows[0]!.payload) as NotificationPayload;
    expect(payload).toMatchObject({
      repeat: true,
      reading_received_at_ms: null,
      alert: { peak: 12.5 },
      rule: { name: { en: 'Too warm' } },
      sensor: { name: 'Freezer 3' },
    });
    expect(await nextRepeat()).toBe(T0 + 2 * HOUR);
    await tellAgain(ledger.store, T0 + HOUR);
    expect(await made()).toHaveLength(2);
  });

  test('is not told again to whom the last notification still waits', async () => {
    await putDocument('policy', policy());
    await putAlert();
    await ledger.store.db
      .updateTable('notifications')
      .set({ state: 'failed', next_attempt_at: T0 + 2 * HOUR })
      .where('contact_id', '=', 'hook')
      .execute();
    await tellAgain(ledger.store, T0 + HOUR);
    expect((await made()).map((row) => row.contact_id)).toEqual(['anne']);
  });

  test('is left in peace once it is acknowledged', async () => {
    await putDocument('policy', policy());
    await putAlert({ acknowledged: 1 });
    await tellAgain(ledger.store, T0 + HOUR);
    expect(await made()).toEqual([]);
  });

  test('is told to the next step, as escalated, and its history says so', async () => {
    await putDocument('contact', contact('boss'));
    const steps = [{ contacts: ['anne'] }, { after: '10m', contacts: ['boss', 'anne'] }];
    await putDocument('policy', policy({ steps, repeat: '4h' }));
    await putAlert();
    await tellAgain(ledger.store, T0 + HOUR);
    expect(await made()).toMatchObject([
      { contact_id: 'anne', type: 'escalated', step: 1 },
      { contact_id: 'boss', type: 'escalated', step: 1, policy_id: 'cold-chain' },
    ]);
    expect(await nextRepeat()).toBe(T0 + 5 * HOUR);
    const history = await ledger.store.db.selectFrom('alert_history').selectAll().execute();
    expect(history).toMatchObject([
      { at: T0 + HOUR, by: 'system', change: 'escalated', comment: 'step 2 of cold-chain' },
    ]);
  });

  test('is told once by two notifiers that look at the same moment', async () => {
    await putDocument('contact', contact('boss'));
    const steps = [{ contacts: ['anne'] }, { after: '10m', contacts: ['boss'] }];
    await putDocument('policy', policy({ steps }));
    await putAlert();
    await Promise.all([tellAgain(ledger.store, T0 + HOUR), tellAgain(ledger.store, T0 + HOUR)]);
    expect((await made()).map((row) => row.contact_id)).toEqual(['boss']);
  });

  test('waits for the end of its shelving', async () => {
    await putDocument('policy', policy());
    await putAlert({ shelved_until: T0 + 5 * HOUR });
    await tellAgain(ledger.store, T0 + HOUR);
    expect(await made()).toEqual([]);
    expect(await nextRepeat()).toBe(T0 + 5 * HOUR);
    await tellAgain(ledger.store, T0 + 5 * HOUR);
    expect(await made()).toHaveLength(2);
  });

  test('is not told again while it is suppressed, and is looked at again', async () => {
    await putDocument('policy', policy());
    const service = { reason: 'repair', by: 'anne', sinceMs: T0, untilMs: T0 + 2 * HOUR };
    const sensor = sensorRow({ pk: 1, out_of_service: JSON.stringify(service) });
    await ledger.store.db.insertInto('sensors').values(sensor).execute();
    await putAlert();
    await tellAgain(ledger.store, T0 + HOUR);
    expect(await made()).toEqual([]);
    expect(await nextRepeat()).toBe(T0 + 2 * HOUR);
    await tellAgain(ledger.store, T0 + 2 * HOUR);
    expect(await made()).toHaveLength(2);
    const history = await ledger.store.db.selectFrom('alert_history').select('change').execute();
    expect(history.map(({ change }) => change)).toEqual(['suppressed', 'unsuppressed']);
  });

  test.each([
    ['is gone', undefined],
    [
      'repeats no more',
      {
        id: 'cold-chain',
        steps: [{ contacts: ['anne'] }],
        enabled: true,
        created_at: '',
        updated_at: '',
      },
    ],
  ])('is told no more when its policy %s', async (_, changed) => {
    if (changed) await putDocument('policy', changed);
    await putAlert();
    await tellAgain(ledger.store, T0 + HOUR);
    expect(await made()).toEqual([]);
    expect(await nextRepeat()).toBeNull();
  });
});

describe('an alert that has cleared', () => {
  test('is told to whoever was told of it and has not heard yet', async () => {
    await putDocument('contact', contact('boss'));
    const steps = [{ contacts: ['hook'] }, { after: '10m', contacts: ['boss'] }];
    await putDocument('policy', policy({ steps }));
    await putAlert({ state: 'cleared', cleared_at: T0 + HOUR });
    const told = { alert_id: 'alert-1', policy_id: 'cold-chain', payload: '{}' };
    await ledger.store.transaction((tx) =>
      insertNotifications(tx, [
        notificationRow({ ...told, id: 'first-boss', contact_id: 'boss', type: 'escalated' }),
        notificationRow({ ...told, id: 'first-over', contact_id: 'hook', type: 'cleared' }),
      ]),
    );
    await tellAgain(ledger.store, T0 + HOUR);
    await tellAgain(ledger.store, T0 + HOUR);
    const rows = await made();
    expect(rows.map(({ contact_id: id, type }) => `${id} ${type}`)).toEqual([
      'anne cleared',
      'boss cleared',
    ]);
    expect(JSON.parse(rows[0]!.payload)).toMatchObject({ alert: { state: 'cleared' } });
    expect(await nextRepeat()).toBeNull();
  });

  test('is told no more where the policy does not tell of that', async () => {
    await putDocument('policy', policy({ on: ['raised', 'escalated'] }));
    await putAlert({ state: 'cleared' });
    await tellAgain(ledger.store, T0 + HOUR);
    expect(await made()).toEqual([]);
  });
});

test('says that there may be more after a full portion', async () => {
  const alerts = Array.from({ length: 51 }, (_, at) =>
    alertRow({ id: `a${at}`, next_repeat_at: T0 }),
  );
  await ledger.store.db.insertInto('alerts').values(alerts).execute();
  expect(await tellAgain(ledger.store, T0)).toBe(true);
  expect(await tellAgain(ledger.store, T0)).toBe(false);
});

describe('what goes wrong with one alert', () => {
  test('a digest that its alert is the first of says nothing of the severity that was told', async () => {
    await putDocument('policy', policy());
    await putAlert();
    const digest = { id: 'zz-digest', contact_id: 'anne', type: 'digest', payload: '{}' } as const;
    await ledger.store.transaction((tx) =>
      insertNotifications(tx, [notificationRow({ ...digest, created_at: T0 + 1 })]),
    );
    await tellAgain(ledger.store, T0 + HOUR);
    const { next_repeat_at: nextMs } = await ledger.store.db
      .selectFrom('alerts')
      .select('next_repeat_at')
      .executeTakeFirstOrThrow();
    expect(nextMs).toBe(T0 + 2 * HOUR);
  });

  test('does not keep the others waiting: it is told of, and tried again a minute later', async () => {
    await putDocument('policy', policy());
    await putAlert();
    const other = alertRow({ id: 'alert-0', next_repeat_at: T0 + HOUR - 1 });
    await ledger.store.db.insertInto('alerts').values(other).execute();
    const broken = notificationRow({ id: 'n-0', alert_id: 'alert-0', payload: '{}' });
    await ledger.store.transaction((tx) => insertNotifications(tx, [broken]));
    const failed: string[] = [];
    await tellAgain(ledger.store, T0 + HOUR, { onFailed: ({ id }) => failed.push(id) });
    expect(failed).toEqual(['alert-0']);
    const rows = await ledger.store.db
      .selectFrom('alerts')
      .select(['id', 'next_repeat_at'])
      .orderBy('id')
      .execute();
    expect(rows).toEqual([
      { id: 'alert-0', next_repeat_at: T0 + HOUR + 60_000 },
      { id: 'alert-1', next_repeat_at: T0 + 2 * HOUR },
    ]);
  });
});
