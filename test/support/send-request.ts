import type { Alert } from '#domain/alert.ts';
import type { Contact } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { renderMessage } from '#engine/messages/render-message.ts';
import type { SendRequest } from '#services/notifier/channels/channel.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { alertRow, T0 } from './state-rows.ts';

/** A notification as a channel gets it, of which a test names only what it is about. */
export function sendRequest(
  contact: Partial<Contact> & Pick<Contact, 'channel' | 'settings'>,
  changes: Partial<SendRequest> & { alert?: Partial<Alert> } = {},
): SendRequest {
  const { alert: alertChanges, ...rest } = changes;
  const alert = { ...alertFromRow(alertRow({ id: 'alert-1' })), ...alertChanges };
  const payload = buildNotificationPayload({
    alert,
    rule: { id: 'too-warm', name: { en: 'Too warm', fr: 'Trop chaud' } },
    sensor: { id: 'sensor-1', name: 'Freezer 3', location: 'lyon/kitchen', labels: {} },
  });
  const whole = contactOf(contact);
  const type = rest.type ?? 'raised';
  return {
    customer: 'main',
    contact: whole,
    message: renderMessage({ type: type === 'test' ? 'raised' : type, payload, reader: whole }),
    type,
    payload,
    notificationId: '019ab7f0-0000-7000-8000-000000000001',
    createdMs: T0,
    signal: AbortSignal.timeout(5000),
    ...rest,
  };
}

export function contactOf(
  contact: Partial<Contact> & Pick<Contact, 'channel' | 'settings'>,
): Contact {
  return {
    id: 'anne',
    name: 'Anne',
    language: 'en',
    time_zone: 'UTC',
    enabled: true,
    created_at: '2026-11-22T05:00:00.000Z',
    updated_at: '2026-11-22T05:00:00.000Z',
    ...contact,
  };
}
