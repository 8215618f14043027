import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import {
  buildNotificationPayload,
  type NotificationPayload,
} from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { insertNotifications } from '#storage/state/outbox.ts';
import type { AlertsTable, NotificationsTable } from '#storage/state/schema.ts';
import { type ClosableStore, createInProcessState } from '#test/support/in-process-state.ts';
import { contactOf } from '#test/support/send-request.ts';
import { alertRow, documentRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { tellFallback } from './fallback.ts';

const MINUTE = 60_000;
let store: ClosableStore;

const contact = (id: string, fields: Partial<Contact> = {}): Contact =>
  contactOf({ id, name: id, channel: 'webhook', settings: {}, ...fields });

beforeEach(async () => {
  store = await createInProcessState();
});
afterEach(() => store.close());

/** An alarm that did not reach anne at the first attempt. */
async function start(
  fields: {
    policy?: Partial<Policy>;
    anne?: Partial<Contact>;
    alert?: Partial<AlertsTable>;
    row?: Partial<NotificationsTable>;
  } = {},
) {
  const anne = contact('anne', fields.anne);
  const policy: Policy = {
    id: 'p',
    steps: [{ contacts: ['anne'] }],
    fallback: ['boss'],
    enabled: true,
    created_at: '',
    updated_at: '',
    ...fields.policy,
  };
  for (const body of [anne, contact('boss'), contact('zoe')]) {
    const row = documentRow({ kind: 'contact', id: body.id, body: JSON.stringify(body) });
    await store.db.insertInto('documents').values(row).execute();
  }
  const body = JSON.stringify(policy);
  await store.db
    .insertInto('documents')
    .values(documentRow({ kind: 'policy', id: 'p', body }))
    .execute();
  const alert = alertRow({ id: 'alert-1', severity: 'critical', ...fields.alert });
  await store.db.insertInto('alerts').values(alert).execute();
  const payload = buildNotificationPayload({
    alert: alertFromRow(alert),
    rule: { id: 'too-warm' },
    sensor: { id: 'sensor-1', labels: {} },
  });
  const row = notificationRow({
    id: 'n1',
    policy_id: 'p',
    step: 0,
    payload: JSON.stringify(payload),
    ...fields.row,
  });
  await store.transaction((tx) => insertNotifications(tx, [row]));
  return {
    tell: (nowMs: number, isGivenUp = false, isRefused = false) =>
      tellFallback(store, { row, payload, contact: anne, isGivenUp, isRefused }, nowMs),
  };
}

const made = () =>
  store.db.selectFrom('notifications').selectAll().where('fallback_for', 'is not', null).execute();

test('a critical alarm that fails for five minutes is told to the fallback, once', async () => {
  const { tell } = await start();
  expect(await tell(T0 + MINUTE)).toEqual({ others: [], dueMs: T0 + 5 * MINUTE });
  expect(await tell(T0 + 5 * MINUTE)).toEqual({ others: ['boss'] });
  expect(await tell(T0 + 6 * MINUTE)).toEqual({ others: [] });
  const rows = await made();
  expect(rows).toMatchObject([
    { contact_id: 'boss', fallback_for: 'anne', type: 'raised', policy_id: 'p', state: 'queued' },
  ]);
  const payload = JSON.parse(rows[0]!.payload) as NotificationPayload;
  expect(payload).toMatchObject({ fallback_for: 'anne', alert: { id: 'alert-1' } });
});

test('one that is given up is told at once, whatever its severity', async () => {
  const { tell } = await start({ alert: { severity: 'info' } });
  expect(await tell(T0 + 60 * MINUTE)).toEqual({ others: [] });
  expect(await tell(T0 + 60 * MINUTE, true)).toEqual({ others: ['boss'] });
});

test('the policy says after how long, and a contact names its own stand-in', async () => {
  const { tell } = await start({
    policy: { fallback_after: '1m' },
    anne: { fallback_contact: 'zoe' },
    alert: { severity: 'info' },
  });
  expect((await tell(T0 + MINUTE)).others.sort()).toEqual(['boss', 'zoe']);
});

test.each([
  ['its severity', {}],
  ['what the policy allows', { policy: { fallback_after: '1h' } }],
])('one that is refused is told after a minute, whatever %s', async (_, fields) => {
  const { tell } = await start({ alert: { severity: 'info' }, ...fields });
  expect(await tell(T0, false, true)).toEqual({ others: [], dueMs: T0 + MINUTE });
  expect(await tell(T0 + MINUTE, false, true)).toEqual({ others: ['boss'] });
});

test.each([
  ['acknowledged', { alert: { acknowledged: 1 } }],
  ['over', { alert: { state: 'cleared' as const } }],
  ['told as over', { row: { type: 'cleared' } }],
  ['for the fallback itself', { policy: { fallback: ['anne'] } }],
  ['of a policy without one', { policy: { fallback: [] } }],
])('nobody is told instead of an alarm that is %s', async (_, fields) => {
  const { tell } = await start(fields);
  expect(await tell(T0 + 60 * MINUTE, true)).toEqual({ others: [] });
  expect(await made()).toEqual([]);
});

test('two notifiers that give up at the same moment tell once', async () => {
  const { tell } = await start();
  await Promise.all([tell(T0, true), tell(T0, true)]);
  expect(await made()).toHaveLength(1);
});

test('of a digest, each of its alarms is told', async () => {
  const { tell } = await start({ row: { type: 'digest', policy_id: 'p' } });
  await store.db
    .insertInto('alerts')
    .values(alertRow({ id: 'alert-2' }))
    .execute();
  const payload = (id: string) =>
    JSON.stringify(
      buildNotificationPayload({
        alert: alertFromRow(alertRow({ id })),
        rule: { id: 'too-warm' },
        sensor: { id: 'sensor-1', labels: {} },
      }),
    );
  await store.transaction((tx) =>
    insertNotifications(
      tx,
      ['alert-1', 'alert-2'].map((id) =>
        notificationRow({ alert_id: id, digest_id: 'n1', payload: payload(id) }),
      ),
    ),
  );
  expect(await tell(T0, true)).toEqual({ others: ['boss'] });
  expect((await made()).map(({ alert_id: id }) => id).sort()).toEqual(['alert-1', 'alert-2']);
});
