import { expect, onTestFinished, test } from 'vitest';
import { readAcknowledgeToken } from '#domain/acknowledge-token.ts';
import type { Contact, NotificationType } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { linkSecret } from '#storage/state/link-secret.ts';
import { createInProcessState } from '#test/support/in-process-state.ts';
import { alertRow, documentRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { writeMessage } from './write-message.ts';

const WEEK = 7 * 24 * 3_600_000;
const contact = { id: 'anne', name: 'Anne', language: 'en', time_zone: 'UTC' } as Contact;

const silentLog = { info() {}, warn() {}, error() {} };

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
  const context = { state, publicUrl: publicUrl ?? undefined, log: silentLog };
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

const texts = (text: string, more = {}) => [{ language: 'en', text, ...more }];

/** What anne reads by e-mail of an alert whose policy is cold-chain, with these documents. */
async function worded(
  documents: Record<string, object>,
  { theirs = {}, type = 'raised' }: { theirs?: Partial<Contact>; type?: NotificationType } = {},
) {
  const state = await createInProcessState();
  onTestFinished(() => state.close());
  const rows = Object.entries(documents).map(([key, body]) => {
    const [kind, id] = key.split('/') as ['template' | 'policy', string];
    return documentRow({ kind, id, body: JSON.stringify({ id, ...body }) });
  });
  if (rows.length > 0) await state.db.insertInto('documents').values(rows).execute();
  const alert = alertFromRow(alertRow({ id: 'a1', metric: 'temperature', value: 9.5 }));
  const payload = buildNotificationPayload({
    alert,
    rule: { id: 'hot' },
    sensor: { id: 'oven', labels: {} },
  });
  const notification = notificationRow({ alert_id: 'a1', policy_id: 'cold-chain' });
  const warnings: unknown[] = [];
  const log = { ...silentLog, warn: (about: unknown) => void warnings.push(about) };
  const parcel = await writeMessage(
    {
      row: { ...notification, contact: null },
      type,
      payload,
      contact: { ...contact, channel: 'email', ...theirs },
    },
    { state, publicUrl: undefined, log },
  );
  return { ...parcel, warnings, text: parcel.message?.text };
}

test('the template of the contact goes before that of the policy, and that before the default', async () => {
  const documents = {
    'template/default': { texts: texts('default {value}') },
    'template/theirs': { texts: texts('contact {value}') },
    'template/chain': { texts: texts('policy {value}', { on: ['raised'] }) },
    'policy/cold-chain': { template: 'chain' },
  };
  const theirs = { template: 'theirs' };
  expect((await worded(documents, { theirs })).text).toBe('contact 9.5 °C\n');
  expect((await worded(documents)).text).toBe('policy 9.5 °C\n');
  expect((await worded(documents, { type: 'escalated' })).text).toBe('default 9.5 °C\n');
  const gone = { template: 'gone' };
  expect((await worded(documents, { theirs: gone })).text).toBe('policy 9.5 °C\n');
  const french = { language: 'fr' } as const;
  expect((await worded(documents, { theirs: french })).text).toContain('Limite haute dépassée');
  expect((await worded({})).text).toContain('Upper limit passed');
});

test('a template that cannot be filled in gives way to the usual words, and that is written down', async () => {
  const broken = {
    'template/default': { texts: texts('{value, plural, one {x} other {y}} {wat}') },
  };
  const { text, note, warnings } = await worded(broken);
  expect(text).toContain('Upper limit passed: oven, temperature 9.5 °C');
  expect(note).toMatch(/^template default could not be used: /);
  expect(warnings).toMatchObject([{ template: 'default' }]);
  const unreadable = { 'template/default': { texts: 'none' } };
  expect((await worded(unreadable)).text).toContain('Upper limit passed');
});
