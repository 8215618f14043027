import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { insertNotifications } from '#storage/state/outbox.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { type ClosableStore, createInProcessState } from '#test/support/in-process-state.ts';
import { contactOf } from '#test/support/send-request.ts';
import { alertRow, documentRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { tellAgain } from './tell-again.ts';

const HOUR = 3_600_000;
let store: ClosableStore;

const contact = (id: string, fields: Partial<Contact> = {}): Contact =>
  contactOf({ id, channel: 'webhook', settings: {}, ...fields });
const policy = (fields: Partial<Policy> = {}): Policy => ({
  id: 'cold-chain',
  steps: [{ contacts: ['anne', 'hook'] }],
  repeat: '1h',
  enabled: true,
  created_at: '',
  updated_at: '',
  ...fields,
});

async function putDocument(kind: 'contact' | 'policy', body: Contact | Policy): Promise<void> {
  const row = documentRow({ kind, id: body.id, body: JSON.stringify(body) });
  await store.db.insertInto('documents').values(row).execute();
}

/** An alert that anne and the hook were told of at T0. */
async function putAlert(fields: Partial<AlertsTable> = {}): Promise<AlertsTable> {
  const alert = alertRow({ id: 'alert-1', next_repeat_at: T0 + HOUR, ...fields });
  await store.db.insertInto('alerts').values(alert).execute();
  const payload = buildNotificationPayload({
    alert: alertFromRow(alert),
    rule: { id: 'too-warm', name: { en: 'Too warm' } },
    sensor: { id: 'sensor-1', name: 'Freezer 3', labels: {} },
    readingReceivedMs: T0,
  });
  await store.transaction((tx) =>
    insertNotifications(
      tx,
      ['anne', 'hook'].map((contactId) =>
        notificationRow({
          id: `first-${contactId}`,
          contact_id: contactId,
          policy_id: 'cold-chain',
          payload: JSON.stringify(payload),
          state: 'sent',
          next_attempt_at: null,
        }),
      ),
    ),
  );
  return alert;
}

const made = () =>
  store.db
    .selectFrom('notifications')
    .selectAll()
    .where('id', 'not like', 'first-%')
    .orderBy('contact_id')
    .execute();
const nextRepeat = async () =>
  (await store.db.selectFrom('alerts').select('next_repeat_at').executeTakeFirstOrThrow())
    .next_repeat_at;

beforeEach(async () => {
  store = await createInProcessState();
  await putDocument('contact', contact('anne', { channel: 'email' }));
  await putDocument('contact', contact('hook'));
});
afterEach(() => store.close());

describe('an alert that becomes worse after it was escalated', () => {
  const steps = [{ contacts: ['anne'] }, { after: '10m', contacts: ['boss'] }];
  const rises = (fields: Partial<AlertsTable> = {}) =>
    putAlert({
      severity: 'critical',
      highest_severity: 'critical',
      next_repeat_at: T0 + HOUR,
      ...fields,
    });

  /** As the processor leaves it: the first step is told in the transaction of the change. */
  async function change(
    { to, from }: { to: string; from: string },
    atMs = T0 + HOUR,
  ): Promise<void> {
    const entry = { alert_id: 'alert-1', by: 'system', comment: null };
    await store.db
      .insertInto('alert_history')
      .values([
        { ...entry, at: T0, change: 'raised', severity: from },
        { ...entry, at: atMs, change: 'severity_changed', severity: to },
      ])
      .execute();
    const row = { type: 'severity_changed', created_at: atMs, policy_id: 'cold-chain', step: 0 };
    const told = ['anne', 'hook'].map((id) =>
      notificationRow({ ...row, id: `first-again-${id}`, contact_id: id, payload: worsePayload }),
    );
    await store.transaction((tx) => insertNotifications(tx, told));
  }
  const worsePayload = JSON.stringify(
    buildNotificationPayload({
      alert: alertFromRow(alertRow({ severity: 'critical' })),
      rule: { id: 'too-warm' },
      sensor: { id: 'sensor-1', labels: {} },
    }),
  );
  const escalate = () =>
    store.transaction((tx) =>
      insertNotifications(tx, [
        notificationRow({
          ...{ id: 'first-boss', contact_id: 'boss', policy_id: 'cold-chain', type: 'escalated' },
          ...{ step: 1, created_at: T0 + HOUR / 2, payload: worsePayload },
        }),
      ]),
    );

  beforeEach(() => putDocument('contact', contact('boss')));

  test('is told to everybody who was told of it, once', async () => {
    await putDocument('policy', policy({ steps, repeat: '4h' }));
    await rises();
    await escalate();
    await change({ from: 'warning', to: 'critical' });
    await tellAgain(store, T0 + HOUR);
    const rows = await made();
    expect(rows).toMatchObject([{ contact_id: 'boss', type: 'severity_changed', step: 1 }]);
    expect(JSON.parse(rows[0]!.payload)).toMatchObject({
      previous_severity: 'warning',
      alert: { severity: 'critical' },
    });
    await store.db
      .updateTable('alerts')
      .set({ next_repeat_at: T0 + HOUR })
      .execute();
    await Promise.all([tellAgain(store, T0 + HOUR + 1), tellAgain(store, T0 + HOUR + 1)]);
    expect(await made()).toHaveLength(1);
  });

  test('is told to them also where somebody has acknowledged it', async () => {
    await putDocument('policy', policy({ steps }));
    await rises({ acknowledged: 1 });
    await escalate();
    await change({ from: 'warning', to: 'critical' });
    await tellAgain(store, T0 + HOUR);
    expect((await made()).map((row) => `${row.contact_id} ${row.type}`)).toEqual([
      'boss severity_changed',
    ]);
    expect(await nextRepeat()).toBeNull();
  });

  test.each([
    [undefined, []],
    [['raised', 'escalated', 'severity_changed'], ['boss']],
    [['raised', 'escalated'], []],
  ] as const)(
    'and falls again is told to them where the policy says so: on %o',
    async (on, told) => {
      await putDocument('policy', policy({ steps, repeat: '4h', ...(on ? { on: [...on] } : {}) }));
      await rises({ severity: 'warning' });
      await escalate();
      await change({ from: 'critical', to: 'warning' });
      await tellAgain(store, T0 + HOUR);
      expect((await made()).map((row) => row.contact_id)).toEqual(told);
    },
  );

  test('is told to nobody while it is shelved, and to them after that', async () => {
    await putDocument('policy', policy({ steps, repeat: '4h' }));
    await rises({ shelved_until: T0 + 2 * HOUR });
    await escalate();
    await change({ from: 'warning', to: 'critical' });
    await tellAgain(store, T0 + HOUR);
    expect(await made()).toEqual([]);
    await tellAgain(store, T0 + 2 * HOUR);
    expect((await made()).map((row) => row.contact_id)).toEqual(['boss']);
  });
});
