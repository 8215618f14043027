import { expect, onTestFinished, test } from 'vitest';
import { readAcknowledgeToken } from '#domain/acknowledge-token.ts';
import type { Contact, NotificationType } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { linkSecret } from '#storage/state/link-secret.ts';
import { createInProcessState } from '#test/support/in-process-state.ts';
import { alertRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { writeMessage } from './write-message.ts';

const WEEK = 7 * 24 * 3_600_000;
const contact = { id: 'anne', name: 'Anne', language: 'en', time_zone: 'UTC' } as Contact;

async function write({
  type = 'raised',
  publicUrl = 'https://vigie.example.org',
  acknowledged = 0,
  repeat = false,
  releasedMs = null,
}: {
  type?: NotificationType;
  publicUrl?: string | null;
  acknowledged?: number;
  repeat?: boolean;
  releasedMs?: number | null;
}) {
  const state = await createInProcessState();
  onTestFinished(() => state.close());
  const alert = alertFromRow(alertRow({ id: 'a1', acknowledged }));
  const sensor = { id: 'oven', labels: {} };
  const payload = buildNotificationPayload({ alert, rule: { id: 'hot' }, sensor, repeat });
  const row = { ...notificationRow({ alert_id: 'a1', released_at: releasedMs }), contact: null };
  const context = { state, publicUrl: publicUrl ?? undefined };
  const { message } = await writeMessage({ row, type, payload, contact }, context);
  return { state, link: message?.acknowledgeLink };
}

test.each([
  { type: 'raised' },
  { type: 'raised', repeat: true },
  { type: 'escalated' },
  { type: 'severity_changed' },
] as const)('a message that asks for action carries a link to acknowledge: %o', async (told) => {
  const { state, link } = await write(told);
  expect(link).toMatchObject({ label: 'Acknowledge' });
  const token = link!.url.slice('https://vigie.example.org/ack/'.length);
  const reading = readAcknowledgeToken(token, { secret: await linkSecret(state.db), nowMs: T0 });
  expect(reading).toEqual({
    ok: true,
    claims: { customer: 'main', alertId: 'a1', contactId: 'anne', expiresMs: T0 + WEEK },
  });
});

test.each([
  { type: 'cleared' },
  { type: 'acknowledged' },
  { type: 'severity_changed', acknowledged: 1 },
  { type: 'raised', publicUrl: null },
] as const)('nothing is to be acknowledged, or no address is known: %o', async (told) => {
  expect((await write(told)).link).toBeUndefined();
});

test('the seven days of a message that waited count from when it was let go', async () => {
  const { state, link } = await write({ releasedMs: T0 + WEEK });
  const token = link!.url.split('/').at(-1)!;
  const secret = await linkSecret(state.db);
  expect(readAcknowledgeToken(token, { secret, nowMs: T0 + WEEK })).toMatchObject({ ok: true });
});
