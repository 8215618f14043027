import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { Contact } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { systemClock } from '#domain/time.ts';
import { Metrics } from '#platform/metrics.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { failuresOfContacts } from '#storage/state/contact-failures.ts';
import { insertNotifications } from '#storage/state/outbox.ts';
import { Bus } from '#stream/bus.ts';
import { createInProcessState } from '#test/support/in-process-state.ts';
import { createPushBrowser } from '#test/support/push-browser.ts';
import { contactOf } from '#test/support/send-request.ts';
import { alertRow, documentRow, notificationRow } from '#test/support/state-rows.ts';
import { until } from '#test/support/until.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';
import { closeChannels, createChannels } from './channels/registry.ts';
import { createNotifier } from './notifier.ts';

type Way = Pick<Contact, 'channel' | 'settings'>;

/** A warning that was made some time ago for `ops`, whose stand-in is `boss`, and a server that both are told by. */
async function start(made: { agoMs: number; way?: (base: string) => Way | Promise<Way> }) {
  const store = await createInProcessState();
  onTestFinished(() => store.close());
  const receiver = await createWebhookReceiver(onTestFinished);
  const base = `http://127.0.0.1:${receiver.port}`;
  const routing_key = '0123456789abcdef0123456789abcdef';
  const pagerduty = { channel: 'pagerduty', settings: { routing_key, api_url: base } };
  const way = (await made.way?.(base)) ?? pagerduty;
  const boss = { channel: 'ntfy', settings: { topic: 'boss', api_url: base } };
  for (const contact of [
    contactOf({ id: 'ops', name: 'Ops', fallback_contact: 'boss', ...way }),
    contactOf({ id: 'boss', name: 'Boss', ...boss }),
  ]) {
    const row = documentRow({ kind: 'contact', id: contact.id, body: JSON.stringify(contact) });
    await store.db.insertInto('documents').values(row).execute();
  }
  const alert = alertRow({ id: 'alert-1', severity: 'warning' });
  await store.db.insertInto('alerts').values(alert).execute();
  const payload = buildNotificationPayload({
    alert: alertFromRow(alert),
    rule: { id: 'too-warm', name: { en: 'Too warm' } },
    sensor: { id: 'sensor-1', name: 'Freezer 3', labels: {} },
  });
  const madeMs = Date.now() - made.agoMs;
  const row = notificationRow({
    id: 'n1',
    contact_id: 'ops',
    channel: way.channel,
    payload: JSON.stringify(payload),
    created_at: madeMs,
    next_attempt_at: madeMs,
  });
  await store.transaction((tx) => insertNotifications(tx, [row]));
  const vapid = { publicKey: '', privateKey: {} };
  const { privateKey } = await crypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign', 'verify'],
  );
  vapid.privateKey = await crypto.subtle.exportKey('jwk', privateKey);
  const channels = createChannels({
    allowPrivate: true,
    clock: systemClock,
    vapidKeys: async () => vapid,
  });
  const notifier = createNotifier({
    state: store,
    bus: new Bus(),
    clock: systemClock,
    channels,
    log: { info() {}, warn() {}, error() {} },
    metrics: new Metrics(),
    retryPolicy: { firstDelayMs: 20, factor: 1, maxDelayMs: 20, giveUpAfterMs: 86_400_000 },
  });
  onTestFinished(async () => {
    await notifier.stop(300);
    closeChannels(channels);
  });
  const rows = () => store.db.selectFrom('notifications').selectAll().orderBy('id').execute();
  const contacts = [
    { id: 'ops', updatedMs: 0 },
    { id: 'boss', updatedMs: 0 },
  ];
  return {
    receiver,
    run: () => notifier.start(),
    rowOf: async (id: string) => (await rows()).find(({ contact_id: it }) => it === id),
    failing: () => failuresOfContacts(store.db, { customer: 'main', contacts }),
  };
}

/** What PagerDuty answers; ntfy takes everything. */
function answerAs(status: number) {
  return (request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(request.url === '/v2/enqueue' ? status : 200).end();
}

test.each([401, 403, 404])(
  'where a provider has answered %d for a minute others are told, of a warning too, and it is tried on',
  async (status) => {
    const { receiver, run, rowOf, failing } = await start({ agoMs: 61_000 });
    receiver.answer(answerAs(status));
    run();
    await until(async () => (await rowOf('boss'))?.state === 'sent');
    expect(await rowOf('boss')).toMatchObject({ fallback_for: 'ops', type: 'raised' });
    expect(await rowOf('ops')).toMatchObject({ state: 'failed' });
    expect([...(await failing())]).toMatchObject([
      ['ops', { detail: expect.stringMatching(new RegExp(`^HTTP ${status}`)) }],
    ]);
    receiver.answer(202);
    await until(async () => (await rowOf('ops'))?.state === 'sent');
    expect([...(await failing())]).toEqual([]);
  },
);

test.each([
  ['answers 404 for a moment', 404, 0],
  ['is out of order', 503, 61_000],
])('while a provider %s nobody else is told of a warning', async (_, status, agoMs) => {
  const { receiver, run, rowOf } = await start({ agoMs });
  receiver.answer(answerAs(status));
  run();
  await receiver.waitFor(4);
  expect(await rowOf('boss')).toBeUndefined();
  receiver.answer(202);
  await until(async () => (await rowOf('ops'))?.state === 'sent');
  expect(await rowOf('boss')).toBeUndefined();
});

test('a browser that is no longer subscribed is given up, shown as failing, and others are told at once', async () => {
  const { keys } = await createPushBrowser();
  const { receiver, run, rowOf, failing } = await start({
    agoMs: 0,
    way: (base) => ({ channel: 'push', settings: { endpoint: `${base}/push`, keys } }),
  });
  receiver.answer((request, response) =>
    response.writeHead(request.url === '/push' ? 410 : 200).end(),
  );
  run();
  await until(async () => (await rowOf('boss'))?.state === 'sent');
  expect(await rowOf('ops')).toMatchObject({ state: 'given_up' });
  expect((await failing()).get('ops')?.detail).toMatch(/no longer subscribed: HTTP 410/);
  expect(receiver.received.filter(({ path }) => path === '/push')).toHaveLength(1);
});
