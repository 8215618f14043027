import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { insertNotifications } from '#storage/state/outbox.ts';
import type { AlertsTable, NotificationsTable } from '#storage/state/schema.ts';
import { type ClosableStore, createInProcessState } from '#test/support/in-process-state.ts';
import { contactOf } from '#test/support/send-request.ts';
import { alertRow, documentRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { routeAnew } from './route-anew.ts';

const NOW = T0 + 60_000;
let store: ClosableStore;

async function putDocument(kind: 'contact' | 'policy' | 'rule', body: { id: string }) {
  const row = documentRow({ kind, id: body.id, body: JSON.stringify(body) });
  await store.db.insertInto('documents').values(row).execute();
}

const putContact = (id: string, fields: Partial<Contact> = {}) =>
  putDocument('contact', contactOf({ id, channel: 'webhook', settings: {}, ...fields }));
const putPolicy = (id: string, contacts: string[], fields: Partial<Policy> = {}) =>
  putDocument('policy', { id, steps: [{ contacts }], enabled: true, ...fields } as Policy);
const putAlert = (fields: Partial<AlertsTable> = {}) =>
  store.db
    .insertInto('alerts')
    .values(alertRow({ id: 'alert-1', ...fields }))
    .execute();

const payload = buildNotificationPayload({
  alert: alertFromRow(alertRow({ id: 'alert-1' })),
  rule: { id: 'too-warm' },
  sensor: { id: 'sensor-1', labels: { site: 'lyon' } },
});

/** A notification in the outbox, for somebody who is gone unless the fields say otherwise. */
async function put(fields: Partial<NotificationsTable> = {}): Promise<NotificationsTable> {
  const row = notificationRow({
    contact_id: 'gone',
    payload: JSON.stringify(payload),
    ...fields,
  });
  await store.transaction((tx) => insertNotifications(tx, [row]));
  return row;
}

const again = (row: NotificationsTable) =>
  routeAnew(
    store,
    {
      row: { ...row, contact: null },
      type: row.type as 'raised',
      payload: JSON.parse(row.payload),
    },
    NOW,
  );
const rowsOf = (contactId: string) =>
  store.db.selectFrom('notifications').selectAll().where('contact_id', '=', contactId).execute();

beforeEach(async () => {
  store = await createInProcessState();
  await putContact('anne', { channel: 'email' });
  await putContact('zoe');
  await putContact('off', { enabled: false });
});
afterEach(() => store.close());

describe('a change of which nobody is told', () => {
  test.each(['raised', 'severity_changed', 'escalated'])('%s goes to everybody', async (type) => {
    const row = await put({ type });
    expect(await again(row)).toEqual(['anne', 'zoe']);
    expect(await rowsOf('anne')).toMatchObject([
      {
        alert_id: 'alert-1',
        channel: 'email',
        policy_id: null,
        type,
        state: 'queued',
        payload: row.payload,
        created_at: T0,
        next_attempt_at: NOW,
        attempts: 0,
      },
    ]);
  });

  test('goes by the policies that fit now', async () => {
    await putPolicy('lyon', ['zoe'], { match: { labels: { site: 'lyon' } } });
    await putPolicy('paris', ['anne'], { match: { labels: { site: 'paris' } } });
    expect(await again(await put())).toEqual(['zoe']);
    expect(await rowsOf('zoe')).toMatchObject([{ policy_id: 'lyon' }]);
  });

  test('goes by the policy that its rule names now', async () => {
    await putPolicy('a', ['anne']);
    await putPolicy('z', ['zoe'], { match: { rules: ['other'] } });
    await putDocument('rule', { id: 'too-warm', policy: 'z' } as { id: string });
    expect(await again(await put())).toEqual(['zoe']);
  });

  test('is told again as the new policy asks', async () => {
    await putAlert();
    await putPolicy('a', ['anne'], { repeat: '1h' });
    await again(await put());
    const alert = await store.db.selectFrom('alerts').selectAll().executeTakeFirst();
    expect(alert?.next_repeat_at).toBe(NOW + 3_600_000);
  });

  test('makes nothing twice, whether for two who are gone or after a crash', async () => {
    const rows = [await put(), await put({ contact_id: 'off' })];
    const told = await Promise.all([...rows, ...rows].map(again));
    expect(told.flat().toSorted()).toEqual(['anne', 'zoe']);
    expect(await rowsOf('anne')).toHaveLength(1);
  });

  test('passes over who has refused it', async () => {
    await put({ contact_id: 'anne', state: 'given_up', next_attempt_at: null });
    expect(await again(await put())).toEqual(['zoe']);
  });

  test('ends where there is nobody left', async () => {
    await store.db.deleteFrom('documents').execute();
    expect(await again(await put())).toEqual([]);
  });
});

describe('nobody is told instead', () => {
  test.each([
    ['has been told', { state: 'sent', next_attempt_at: null }],
    ['waits to be told', { state: 'failed', next_attempt_at: NOW + 1 }],
  ] as const)('where another contact %s', async (_, fields) => {
    await put({ contact_id: 'anne', ...fields });
    expect(await again(await put())).toEqual([]);
  });

  test('where the alert has been acknowledged', async () => {
    await putAlert({ acknowledged: 1 });
    expect(await again(await put())).toEqual([]);
  });

  test.each(['acknowledged', 'digest'])('of what asks for nothing: %s', async (type) => {
    expect(await again(await put({ type }))).toEqual([]);
  });
});

test('another change of the same alert is a change of its own', async () => {
  await put({ contact_id: 'anne', state: 'sent', next_attempt_at: null });
  expect(await again(await put({ type: 'severity_changed', created_at: T0 + 1 }))).toEqual([
    'anne',
    'zoe',
  ]);
});

test('that it cleared is told to whom it was told anew, and to nobody else', async () => {
  const raised = await put();
  const cleared = await put({ type: 'cleared', created_at: T0 + 1 });
  expect(await again(cleared)).toEqual([]);
  await putPolicy('a', ['zoe'], { on: ['raised', 'cleared'] });
  await again(raised);
  await store.db.deleteFrom('documents').where('kind', '=', 'policy').execute();
  expect(await again(cleared)).toEqual(['zoe']);
});
