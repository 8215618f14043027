import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '#app';
import { CHART_COLORS } from '#engine/charts/draw-chart.ts';
import { createTestApp, type Json, testConfig } from '../support/app.ts';
import { decodePng } from '../support/decode-png.ts';
import { createMailServer } from '../support/mail-server.ts';
import {
  addReceiver,
  deliveries,
  events,
  HOT_RULE,
  reading,
  settled,
} from '../support/notified.ts';
import { call, temporaryFolder } from '../support/spawn-platform.ts';
import { createWebhookReceiver } from '../support/webhook-receiver.ts';

test('a reading beyond its limit reaches the webhook of a contact as a signed event', async () => {
  const platform = await createTestApp({ VIGIE_PUBLIC_URL: 'https://vigie.example.org' });
  const receiver = await createWebhookReceiver(onTestFinished);
  const { status, body: contact } = await platform.call('POST', '/v1/contacts', {
    id: 'hook',
    name: 'Ticket system',
    channel: 'webhook',
    settings: { url: receiver.url },
  });
  expect(status).toBe(201);
  await platform.put('/v1/rules/too-hot', {
    ...HOT_RULE,
    name: { en: 'Oven too hot', fr: 'Four trop chaud' },
    severity: 'critical',
    instructions: { en: 'Open the door.' },
  });
  expect((await platform.send(reading(20))).alerts).toEqual([]);
  const answer = await platform.send({
    ...reading(31.5),
    metadata: { location: 'lyon/kitchen' },
  });
  expect(answer.alerts).toEqual([
    {
      id: expect.any(String),
      rule_id: 'too-hot',
      sensor_id: 'oven',
      state: 'active',
      severity: 'critical',
      notification: 'queued',
    },
  ]);
  const [post] = await receiver.waitFor(1);
  const headers = post!.headers as Record<string, string>;
  const event = new Webhook(contact.settings.secret).verify(post!.body, headers) as Json;
  expect(event).toMatchObject({
    specversion: '1.0',
    id: headers['webhook-id'],
    source: 'https://vigie.example.org',
    type: 'vigie.alert.raised',
    subject: 'oven',
    data: {
      alert: {
        id: answer.alerts[0].id,
        rule_id: 'too-hot',
        metric: 'temperature',
        condition: 'above',
        state: 'active',
        value: 31.5,
        limit: 30,
        unit: 'Cel',
      },
    },
  });
  for (const text of ['Oven too hot', 'lyon/kitchen', '31.5 °C', '30 °C', 'Open the door.']) {
    expect(event.data.message).toContain(text);
  }
  await expect
    .poll(() => deliveries(platform))
    .toMatchObject([
      {
        id: event.id,
        alert_id: answer.alerts[0].id,
        contact_id: 'hook',
        channel: 'webhook',
        type: 'raised',
        state: 'sent',
        attempts: [{ outcome: 'sent' }],
        receipt: 'HTTP 200',
      },
    ]);
  const { body: shown } = await platform.call('GET', '/v1/contacts/hook');
  expect(shown.settings.secret).toBe('whsec_…');
});

test('receivers that fail, hang or cut the line are tried again with the same id, and hold up nobody', async () => {
  const platform = await createTestApp();
  const [good, failing, hanging, cutting] = [
    await addReceiver(platform, 'good'),
    await addReceiver(platform, 'failing'),
    await addReceiver(platform, 'hanging'),
    await addReceiver(platform, 'cutting'),
  ];
  failing.answer(500, 500, 200);
  hanging.answer(() => undefined, 200);
  cutting.answer((request) => request.socket.resetAndDestroy(), 200);
  await platform.put('/v1/rules/hot', HOT_RULE);
  await platform.send(reading(40));
  await Promise.all([good.waitFor(1), failing.waitFor(3), hanging.waitFor(2), cutting.waitFor(2)]);
  await settled(platform);
  const byContact = Object.fromEntries(
    (await deliveries(platform)).map((delivery) => [delivery.contact_id, delivery]),
  );
  const outcomes = (id: string) => byContact[id]?.attempts.map(({ outcome }: Json) => outcome);
  expect(outcomes('good')).toEqual(['sent']);
  expect(outcomes('failing')).toEqual(['failed', 'failed', 'sent']);
  expect(outcomes('hanging')).toEqual(['failed', 'sent']);
  expect(outcomes('cutting')).toEqual(['failed', 'sent']);
  expect(byContact.failing?.attempts[0].detail).toContain('500');
  expect(good.received).toHaveLength(1);
  for (const receiver of [failing, hanging, cutting]) {
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
  }
});

test('what was queued when the platform stopped is delivered after the next start, with its id', async () => {
  const folder = temporaryFolder('outbox');
  onTestFinished(folder.remove);
  const receiver = await createWebhookReceiver(onTestFinished);
  const open = async (roles: string) => {
    const app = createApp(testConfig(folder.path, { VIGIE_ROLES: roles }));
    await app.start();
    onTestFinished(() => app.stop());
    return app;
  };
  const first = await open('gateway,processor,api');
  const contact = { channel: 'webhook', settings: { url: receiver.url } };
  await call(`${first.url}/v1/contacts/hook`, 'PUT', contact);
  await call(`${first.url}/v1/rules/hot`, 'PUT', HOT_RULE);
  await call(`${first.url}/v1/readings`, 'POST', reading(40));
  const { body } = await call(`${first.url}/v1/deliveries`, 'GET');
  const [queued] = body.items as Json[];
  expect(queued).toMatchObject({ state: 'queued', attempts: [], contact_id: 'hook' });
  await first.stop();
  expect(receiver.received).toHaveLength(0);

  await open('gateway,processor,notifier,api');
  const [post] = await receiver.waitFor(1);
  expect(post!.headers['webhook-id']).toBe(queued!.id);
});

test('a retry that was due later is made after a restart, with its id and the earlier attempts', async () => {
  const platform = await createTestApp();
  const receiver = await addReceiver(platform, 'hook');
  receiver.answer(503);
  await platform.put('/v1/rules/hot', HOT_RULE);
  await platform.send(reading(40));
  await receiver.waitFor(1);
  await platform.restart();
  receiver.answer(200);
  await settled(platform);
  const [delivery] = await deliveries(platform);
  const outcomes = delivery!.attempts.map(({ outcome }: Json) => outcome);
  expect(outcomes.length).toBeGreaterThan(1);
  expect([outcomes[0], outcomes.at(-1)]).toEqual(['failed', 'sent']);
  for (const { headers } of receiver.received) expect(headers['webhook-id']).toBe(delivery!.id);
});

test('an e-mail says what happened in the language and time zone of its reader', async () => {
  const mail = await createMailServer(onTestFinished);
  const platform = await createTestApp({
    VIGIE_SMTP_URL: mail.url,
    VIGIE_SMTP_FROM: 'Vigie <vigie@example.org>',
    VIGIE_PUBLIC_URL: 'https://vigie.example.org',
  });
  await platform.put('/v1/contacts/anne', {
    name: 'Anne',
    channel: 'email',
    settings: { to: 'anne@example.org' },
    language: 'fr',
    time_zone: 'Europe/Paris',
  });
  await platform.put('/v1/rules/trop-chaud', {
    ...HOT_RULE,
    name: { en: 'Oven too hot', fr: 'Four trop chaud' },
    instructions: { en: 'Open the door.', fr: 'Ouvrir la porte.' },
  });
  const { alerts } = await platform.send({
    ...reading(31.5),
    metadata: { location: 'cuisine' },
  });
  const [raised] = await mail.waitFor(1);
  expect(raised!.from?.text).toContain('vigie@example.org');
  expect(raised!.to).toMatchObject({ text: 'anne@example.org' });
  expect(raised!.subject).toContain('Four trop chaud');
  for (const text of ['31,5', '°C', 'cuisine', 'Ouvrir la porte.', 'vigie.example.org']) {
    expect(raised!.text).toContain(text);
  }
  expect(raised!.html).toContain('lang="fr"');
  expect(raised!.headers.get('x-vigie-alert')).toBe(alerts[0].id);
  await platform.send(reading(20));
  const [, cleared] = await mail.waitFor(2);
  expect(cleared!.text).toContain('Four trop chaud');
  // Both belong to one conversation.
  expect(cleared!.references).toEqual(raised!.references);
});

test('an e-mail shows the readings that led to the alert', async () => {
  const mail = await createMailServer(onTestFinished);
  const platform = await createTestApp({ VIGIE_SMTP_URL: mail.url });
  await platform.put('/v1/contacts/anne', {
    channel: 'email',
    settings: { to: 'anne@example.org' },
  });
  await platform.put('/v1/rules/too-hot', HOT_RULE);
  const nowMs = Date.now();
  for (let at = 60; at >= 0; at--) {
    const timestamp = new Date(nowMs - at * 60_000).toISOString();
    await platform.send({ ...reading(at === 0 ? 31.5 : 20), timestamp });
  }
  const [raised] = await mail.waitFor(1);
  expect(raised!.attachments).toMatchObject([{ contentType: 'image/png', related: true }]);
  const png = decodePng(raised!.attachments[0]!.content);
  const colors = new Set<string>();
  for (let x = 0; x < png.width; x++) {
    for (let y = 0; y < png.height; y++) colors.add(png.at(x, y).join());
  }
  for (const color of [CHART_COLORS.line, CHART_COLORS.breach, CHART_COLORS.limit]) {
    expect(colors).toContain(color.join());
  }
  expect(raised!.html).toMatch(/alt="temperature of oven over the last 6 hr: from 20/);
});

test('a webhook to a private address is refused, and one that was allowed before is not sent', async () => {
  const folder = temporaryFolder('private');
  onTestFinished(folder.remove);
  const receiver = await createWebhookReceiver(onTestFinished);
  const open = async (isAllowed: boolean) => {
    const env = { VIGIE_ALLOW_PRIVATE_WEBHOOKS: String(isAllowed) };
    const app = createApp(testConfig(folder.path, env));
    await app.start();
    onTestFinished(() => app.stop());
    return app;
  };
  const contactOf = (url: string) => ({ channel: 'webhook', settings: { url } });
  const allowing = await open(true);
  const made = await call(`${allowing.url}/v1/contacts/hook`, 'PUT', contactOf(receiver.url));
  expect(made.status).toBe(201);
  await allowing.stop();

  const { url } = await open(false);
  const { port } = receiver;
  for (const address of [
    receiver.url,
    `http://localhost:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data',
  ]) {
    const { status, body } = await call(`${url}/v1/contacts/new`, 'PUT', contactOf(address));
    expect([status, body.code], address).toEqual([400, 'private_address_refused']);
  }
  await call(`${url}/v1/rules/hot`, 'PUT', HOT_RULE);
  await call(`${url}/v1/readings`, 'POST', reading(40));
  const attempts = async () => {
    const { body } = await call(`${url}/v1/deliveries`, 'GET');
    return (body.items as Json[]).flatMap((delivery) => delivery.attempts);
  };
  await expect
    .poll(attempts)
    .toMatchObject([{ outcome: 'refused', detail: expect.stringContaining('private') }]);
  expect(receiver.received).toHaveLength(0);
});

test('a test message reaches the contact at once, and its answer says how it went', async () => {
  const platform = await createTestApp();
  const receiver = await addReceiver(platform, 'hook');
  const good = await platform.call('POST', '/v1/contacts/hook/test');
  expect(good).toMatchObject({ status: 200, body: { outcome: 'sent', receipt: 'HTTP 200' } });
  expect(events(receiver)).toMatchObject([{ type: 'vigie.test' }]);
  receiver.answer(410);
  const bad = await platform.call('POST', '/v1/contacts/hook/test');
  expect(bad).toMatchObject({ status: 200, body: { outcome: 'failed', receipt: null } });
  expect(bad.body.detail).toContain('410');
});
