import { afterEach, beforeEach } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { insertNotifications } from '#storage/state/outbox.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { type ClosableStore, createInProcessState } from './in-process-state.ts';
import { contactOf } from './send-request.ts';
import { alertRow, documentRow, notificationRow, T0 } from './state-rows.ts';

export const HOUR = 3_600_000;

export const contact = (id: string, fields: Partial<Contact> = {}): Contact =>
  contactOf({ id, channel: 'webhook', settings: {}, ...fields });
export const policy = (fields: Partial<Policy> = {}): Policy => ({
  id: 'cold-chain',
  steps: [{ contacts: ['anne', 'hook'] }],
  repeat: '1h',
  enabled: true,
  created_at: '',
  updated_at: '',
  ...fields,
});

/** The store of a file's tests: a new one for each, with the contacts anne (e-mail) and hook (webhook). */
export function useToldAlerts() {
  let store: ClosableStore;
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
  return {
    get store() {
      return store;
    },
    putDocument,
    putAlert,
    made,
    nextRepeat,
  };
}
