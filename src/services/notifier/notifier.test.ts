import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Contact, Delivery, Policy } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { systemClock } from '#domain/time.ts';
import { Metrics } from '#platform/metrics.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { findDeliveries } from '#storage/state/deliveries.ts';
import { insertNotifications } from '#storage/state/outbox.ts';
import type { NotificationsTable } from '#storage/state/schema.ts';
import { Bus } from '#stream/bus.ts';
import { type ClosableStore, createInProcessState } from '#test/support/in-process-state.ts';
import { createMailServer } from '#test/support/mail-server.ts';
import { contactOf } from '#test/support/send-request.ts';
import { alertRow, documentRow, notificationRow } from '#test/support/state-rows.ts';
import { createWebhookReceiver, type WebhookReceiver } from '#test/support/webhook-receiver.ts';
import { closeChannels, createChannels } from './channels/registry.ts';
import { makeSecret } from './channels/webhook/signature.ts';
import { createNotifier, type NotifierOptions } from './notifier.ts';

const secret = makeSecret();
const SOON = { firstDelayMs: 20, factor: 1, maxDelayMs: 20, giveUpAfterMs: 60_000 };

let store: ClosableStore;
let bus: Bus;
let metrics: Metrics;
let receiver: WebhookReceiver;

beforeEach(async () => {
  store = await createInProcessState();
  bus = new Bus();
  metrics = new Metrics();
  receiver = await createWebhookReceiver(onTestFinished);
  onTestFinished(() => store.close());
  await putContact({ id: 'hook', settings: { url: receiver.url, secret } });
});

function startNotifier(options: Partial<NotifierOptions> & { smtpUrl?: string } = {}) {
  const { smtpUrl, ...rest } = options;
  const channels = createChannels({ allowPrivate: true, clock: systemClock, smtpUrl });
  const notifier = createNotifier({
    state: store,
    bus,
    clock: systemClock,
    channels,
    log: { info() {}, warn() {}, error() {} },
    metrics,
    retryPolicy: SOON,
    ...rest,
  });
  onTestFinished(async () => {
    await notifier.stop(300);
    closeChannels(channels);
  });
  notifier.start();
  return notifier;
}

async function putContact(fields: Partial<Contact> & Pick<Contact, 'id' | 'settings'>) {
  const contact = contactOf({ channel: 'webhook', ...fields });
  const row = documentRow({ kind: 'contact', id: contact.id, body: JSON.stringify(contact) });
  await store.db
    .insertInto('documents')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['customer', 'kind', 'id']).doUpdateSet({ body: row.body }),
    )
    .execute();
}

/** Puts a notification into the outbox as the processor does. */
async function put(...rows: Partial<NotificationsTable>[]): Promise<void> {
  const nowMs = Date.now();
  const payload = buildNotificationPayload({
    alert: alertFromRow(alertRow({ id: 'alert-1' })),
    rule: { id: 'too-warm', name: { en: 'Too warm', fr: 'Trop chaud' } },
    sensor: { id: 'sensor-1', name: 'Freezer 3', labels: {} },
    readingReceivedMs: nowMs,
  });
  const whole = rows.map((row) =>
    notificationRow({
      contact_id: 'hook',
      alert_id: row.id ?? 'alert-1',
      payload: JSON.stringify(payload),
      created_at: nowMs,
      next_attempt_at: nowMs,
      ...row,
    }),
  );
  await store.transaction((tx) => insertNotifications(tx, whole));
  bus.publish('outbox.filled', { customer: 'main' });
}

async function delivery(id: string): Promise<Delivery | undefined> {
  return (await findDeliveries(store.db, [id]))[0]?.delivery;
}

async function until<T>(ask: () => Promise<T> | T, isIt: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    await sleep(5);
  }
}

const settled = (id: string) =>
  until(
    () => delivery(id),
    (it) => it?.state === 'sent' || it?.state === 'given_up',
  );

describe('a notification in the outbox', () => {
  test('is sent, written down and announced', async () => {
    const heard: Delivery[] = [];
    bus.subscribe('delivery', ({ delivery: it }) => heard.push(it));
    startNotifier();
    await put({ id: 'n1' });
    expect(await settled('n1')).toMatchObject({
      state: 'sent',
      receipt: 'HTTP 200',
      next_attempt_at: null,
      attempts: [{ outcome: 'sent', detail: 'HTTP 200' }],
    });
    const [post] = receiver.received;
    expect(post!.headers['webhook-id']).toBe('n1');
    new Webhook(secret).verify(post!.body, post!.headers as Record<string, string>);
    await until(
      () => heard,
      (them) => them.length === 1,
    );
    const { text } = await metrics.render();
    expect(text).toContain('vigie_deliveries_total{channel="webhook",outcome="sent"} 1');
    expect(text).toContain('vigie_reading_to_notification_seconds_count 1');
  });

  test('that was there before the start is sent too', async () => {
    await put({ id: 'n1' }, { id: 'n2', state: 'failed', attempts: 3 });
    startNotifier();
    await settled('n1');
    expect((await settled('n2'))?.state).toBe('sent');
  });

  test('goes by e-mail in French to whom reads French', async () => {
    const server = await createMailServer(onTestFinished);
    const settings = { to: 'anne@example.org' };
    await putContact({ id: 'anne', channel: 'email', settings, language: 'fr' });
    startNotifier({ smtpUrl: server.url, publicUrl: 'https://vigie.example.org' });
    await put({ id: 'n1', contact_id: 'anne', channel: 'email' });
    expect(await settled('n1')).toMatchObject({ state: 'sent', receipt: '250 taken as 42' });
    expect(server.mails[0]!.subject).toBe('[Avertissement] Trop chaud : Freezer 3');
    expect(server.mails[0]!.text).toContain('Ouvrir : https://vigie.example.org/#alert=alert-1');
  });

  test('is tried again with the same id until it gets through, and every attempt is kept', async () => {
    receiver.answer(500, 503, 200);
    startNotifier();
    await put({ id: 'n1' });
    const { attempts } = (await settled('n1'))!;
    expect(attempts).toMatchObject([
      { outcome: 'failed', detail: 'HTTP 500' },
      { outcome: 'failed', detail: 'HTTP 503' },
      { outcome: 'sent', detail: 'HTTP 200' },
    ]);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([
      'n1',
      'n1',
      'n1',
    ]);
  });

  test('waits between attempts with the state failed', async () => {
    receiver.answer(500);
    startNotifier({ retryPolicy: { ...SOON, firstDelayMs: 1e7, maxDelayMs: 1e7 } });
    await put({ id: 'n1' });
    const it = await until(
      () => delivery('n1'),
      (found) => found?.state === 'failed',
    );
    expect(Date.parse(it!.next_attempt_at!)).toBeGreaterThan(Date.now() - 1000);
    expect(it!.attempts).toHaveLength(1);
  });

  test('waits as long as Retry-After asks', async () => {
    receiver.answer((_, response) => response.writeHead(429, { 'retry-after': '30' }).end());
    startNotifier();
    const beforeMs = Date.now();
    await put({ id: 'n1' });
    const it = await until(
      () => delivery('n1'),
      (found) => found?.state === 'failed',
    );
    expect(Date.parse(it!.next_attempt_at!)).toBeGreaterThanOrEqual(beforeMs + 30_000);
  });

  test('is given up at once where trying again is of no use', async () => {
    receiver.answer((_, response) => response.writeHead(410).end('moved away'));
    startNotifier();
    await put({ id: 'n1' });
    expect(await settled('n1')).toMatchObject({
      state: 'given_up',
      attempts: [{ outcome: 'refused', detail: 'HTTP 410: moved away' }],
    });
    expect(receiver.received).toHaveLength(1);
  });

  test('is given up when it has been tried for long enough', async () => {
    receiver.answer(500);
    startNotifier({ retryPolicy: { ...SOON, giveUpAfterMs: 100 } });
    await put({ id: 'n1' });
    const { attempts, state } = (await settled('n1'))!;
    expect(state).toBe('given_up');
    expect(attempts.length).toBeGreaterThan(1);
    expect(attempts.at(-1)).toMatchObject({ detail: 'HTTP 500; tried for long enough' });
  });

  test('is tried again when a receiver hangs', async () => {
    receiver.answer(() => {}, 200);
    startNotifier({ attemptTimeoutMs: 100 });
    await put({ id: 'n1' });
    expect((await settled('n1'))!.attempts).toMatchObject([
      { outcome: 'failed', detail: 'no answer in time' },
      { outcome: 'sent' },
    ]);
  });

  test.each([
    ['is gone', 'nobody', "the contact 'nobody' is gone; told instead: hook, pigeon"],
    ['is disabled', 'off', "the contact 'off' is disabled; told instead: hook, pigeon"],
    ['has an unknown channel', 'pigeon', "there is no channel 'pigeon'"],
  ])('for a contact who %s is given up, and says why', async (_, contactId, detail) => {
    await putContact({ id: 'off', settings: {}, enabled: false });
    await putContact({ id: 'pigeon', settings: {}, channel: 'pigeon' });
    startNotifier();
    await put({ id: 'n1', contact_id: contactId });
    expect(await settled('n1')).toMatchObject({
      state: 'given_up',
      attempts: [{ outcome: 'refused', detail }],
    });
    await receiver.waitFor(detail.includes('told instead: hook') ? 1 : 0);
  });

  test('that cannot be read is kept for a version that can', async () => {
    startNotifier({ retryPolicy: { ...SOON, firstDelayMs: 1e7, maxDelayMs: 1e7 } });
    await put({ id: 'n1', payload: '{' }, { id: 'n2', payload: '{}' }, { id: 'n3' });
    await settled('n3');
    for (const id of ['n1', 'n2']) {
      const it = await until(
        () => delivery(id),
        (found) => found?.state === 'failed',
      );
      expect(it!.attempts).toMatchObject([{ detail: 'an error in the platform' }]);
    }
  });

  test('goes to where the contact is now', async () => {
    receiver.answer(500);
    startNotifier();
    await put({ id: 'n1' });
    await receiver.waitFor(1);
    const other = await createWebhookReceiver(onTestFinished);
    await putContact({ id: 'hook', settings: { url: other.url, secret } });
    bus.publish('routing.changed', { customer: 'main' });
    expect((await settled('n1'))?.state).toBe('sent');
    expect(other.received).toHaveLength(1);
  });
});

describe('many notifications', () => {
  test('all arrive, each once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => createWebhookReceiver(onTestFinished)));
    for (const [at, { url }] of others.entries()) {
      await putContact({ id: `c${at}`, settings: { url, secret } });
    }
    startNotifier();
    const rows = Array.from({ length: 600 }, (_, at) => ({
      id: `n${at}`,
      contact_id: `c${at % 3}`,
    }));
    await put(...rows.slice(0, 500));
    await put(...rows.slice(500));
    for (const { id } of rows) await settled(id);
    const ids = others.flatMap(({ received }) =>
      received.map(({ headers }) => headers['webhook-id']),
    );
    expect(ids.sort()).toEqual(rows.map(({ id }) => id).sort());
  });

  test('do not wait for a contact who hangs', async () => {
    const slow = await createWebhookReceiver(onTestFinished);
    slow.answer(() => {});
    await putContact({ id: 'slow', settings: { url: slow.url, secret } });
    startNotifier({ attemptTimeoutMs: 60_000 });
    await put(...Array.from({ length: 300 }, (_, at) => ({ id: `s${at}`, contact_id: 'slow' })));
    await put(...Array.from({ length: 50 }, (_, at) => ({ id: `n${at}` })));
    for (let at = 0; at < 50; at++) expect((await settled(`n${at}`))?.state).toBe('sent');
    expect(slow.received.length).toBeLessThanOrEqual(4);
  });

  test('about one alert reach a contact in their order, whatever fails', async () => {
    receiver.answer(500, 500, 200);
    startNotifier();
    const about = { alert_id: 'alert-1', created_at: Date.now() };
    await put(
      { ...about, id: 'a-raised' },
      { ...about, id: 'b-changed', type: 'severity_changed' },
      { ...about, id: 'c-cleared', type: 'cleared' },
    );
    await settled('c-cleared');
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([
      'a-raised',
      'a-raised',
      'a-raised',
      'b-changed',
      'c-cleared',
    ]);
  });
});

describe('when things go wrong', () => {
  test('what was sent and not written down is sent again with the same id', async () => {
    const first = startNotifier();
    await store.db.schema.alterTable('delivery_attempts').renameTo('gone').execute();
    await put({ id: 'n1' });
    await receiver.waitFor(1);
    await sleep(50);
    expect(receiver.received).toHaveLength(1);
    await first.stop(100);
    await store.db.schema.alterTable('gone').renameTo('delivery_attempts').execute();
    startNotifier();
    expect((await settled('n1'))?.state).toBe('sent');
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(['n1', 'n1']);
  });

  test('an outbox that cannot be read is read again', async () => {
    await store.db.schema.alterTable('notifications').renameTo('gone').execute();
    const errors: unknown[] = [];
    const log = { info() {}, warn() {}, error: (about: unknown) => void errors.push(about) };
    startNotifier({ log });
    await until(
      () => errors,
      ({ length }) => length > 0,
    );
    await store.db.schema.alterTable('gone').renameTo('notifications').execute();
    await put({ id: 'n1' });
    expect((await settled('n1'))?.state).toBe('sent');
  });

  test('stop() ends in time, and leaves what hangs as it was', async () => {
    receiver.answer(() => {});
    const notifier = startNotifier();
    await put({ id: 'n1' });
    await receiver.waitFor(1);
    await notifier.stop(100);
    expect(await delivery('n1')).toMatchObject({ state: 'queued', attempts: [] });
    await put({ id: 'n2' });
    await sleep(50);
    expect(receiver.received).toHaveLength(1);
  });

  test('stop() waits for an attempt that is about to end, and writes it down', async () => {
    receiver.answer((_, response) => setTimeout(() => response.end('late'), 50));
    const notifier = startNotifier();
    await put({ id: 'n1' });
    await receiver.waitFor(1);
    await notifier.stop(2000);
    expect(await delivery('n1')).toMatchObject({ state: 'sent', receipt: 'HTTP 200: late' });
  });
});

test('an alert that nobody acknowledges is told again', async () => {
  const policy: Policy = {
    id: 'p',
    steps: [{ contacts: ['hook'] }],
    repeat: '1s',
    enabled: true,
    created_at: '',
    updated_at: '',
  };
  await store.db
    .insertInto('documents')
    .values(documentRow({ kind: 'policy', id: 'p', body: JSON.stringify(policy) }))
    .execute();
  const alert = alertRow({ id: 'alert-1', next_repeat_at: Date.now() + 1000 });
  await store.db.insertInto('alerts').values(alert).execute();
  startNotifier();
  await put({ id: 'n1', alert_id: 'alert-1', policy_id: 'p' });
  await receiver.waitFor(2);
  const [first, second] = receiver.received.map(({ body }) => JSON.parse(body));
  expect(first.data).not.toHaveProperty('repeat');
  expect(second).toMatchObject({ type: 'vigie.alert.raised', data: { repeat: true } });
  expect(second.id).not.toBe(first.id);
  expect(second.data.message).toMatch(/^Still active, not acknowledged: Too warm/);
});
