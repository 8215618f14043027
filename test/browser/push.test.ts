import type { Page } from 'playwright-core';
import { expect, type TestContext, test } from 'vitest';
import { createTestApp, type Json } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { createFrontServer } from '#test/support/front-server.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';
import {
  createPushService,
  moveSubscription,
  openWorker,
  replacePushManager,
} from '#test/support/pushed-worker.ts';

const PUBLIC_URL = 'https://vigie.example.org';

/** A platform behind a network that can break, and a browser that it tells, whose page is open at `path`. */
async function told(context: TestContext, { language = 'en', path = '/' } = {}) {
  const app = await createTestApp({ VIGIE_PUBLIC_URL: PUBLIC_URL });
  const front = await createFrontServer(app.url);
  const service = await createPushService();
  await app.put('/v1/contacts/phone', {
    name: 'Phone',
    channel: 'push',
    settings: service.subscription,
    language,
  });
  const levels = [
    { severity: 'warning', limit: 30 },
    { severity: 'critical', limit: 40 },
  ];
  await app.put('/v1/rules/hot', {
    ...HOT_RULE,
    name: { en: 'Oven too hot', fr: 'Four trop chaud' },
    when: { metric: 'temperature', above: levels },
  });
  const page = await openPage(context, front.url, { path, permissions: ['notifications'] });
  const worker = await openWorker(page);
  return {
    app,
    front,
    page,
    service,
    worker,
    /** An alert is raised, and its notification shown. Answers its id, which is the tag. */
    async raise(): Promise<string> {
      const { alerts } = await app.send(reading(31));
      await worker.deliver(await service.message(1));
      await expect.poll(worker.shown).toMatchObject([{ tag: alerts[0].id }]);
      return alerts[0].id;
    },
  };
}

test('an alert is one notification: what comes later takes its place, and good news is silent', async (context) => {
  const { app, service, worker } = await told(context);
  const { alerts } = await app.send(reading(31));
  const tag = alerts[0].id as string;
  await worker.deliver(await service.message(1));
  await expect.poll(worker.shown).toEqual([
    {
      title: '⚠️ [Warning] Oven too hot: oven',
      body: expect.stringContaining('31 °C'),
      tag,
      lang: 'en',
      silent: false,
      requireInteraction: false,
      actions: [
        { action: 'open', title: 'Open' },
        { action: 'acknowledge', title: 'Acknowledge' },
      ],
    },
  ]);
  await app.send(reading(45));
  await worker.deliver(await service.message(2));
  await expect
    .poll(worker.shown)
    .toMatchObject([{ tag, title: expect.stringContaining('Critical'), requireInteraction: true }]);
  await app.send(reading(20));
  await worker.deliver(await service.message(3));
  await expect.poll(worker.shown).toMatchObject([
    {
      tag,
      silent: true,
      requireInteraction: false,
      actions: [{ action: 'open', title: 'Open' }],
    },
  ]);
});

test('a touch takes the page that is open to the alert, and what is being written is not lost', async (context) => {
  const { page, worker, raise, service, app } = await told(context);
  const id = await raise();
  await page.locator('[data-connection="live"]').waitFor();
  await worker.touch(id);
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/alerts/${id}`);
  expect(await worker.shown()).toEqual([]);

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Name of a new key').fill('cellar');
  await app.send(reading(45));
  await worker.deliver(await service.message(2));
  await expect.poll(worker.shown).toMatchObject([{ tag: id }]);
  await worker.touch(id, 'open');
  const offered = page.getByRole('button', { name: 'Go there' });
  await offered.waitFor();
  expect(await page.getByLabel('Name of a new key').inputValue()).toBe('cellar');
  await offered.click();
  await page.waitForURL(`**/alerts/${id}`);
});

test('a touch opens the alert where no page is open', async (context) => {
  const { page, worker, raise } = await told(context);
  const id = await raise();
  await page.goto('about:blank');
  // Only a person's own touch may open a window: what would be opened is looked at.
  await worker.worker.evaluate('clients.openWindow = async (path) => { self.opened = path; }');
  await worker.touch(id);
  await expect.poll(() => worker.worker.evaluate('self.opened')).toBe(`/alerts/${id}`);
});

test('an alert is acknowledged from its notification, which then says so in the language of its contact', async (context) => {
  const { app, worker, raise } = await told(context, { language: 'fr' });
  const id = await raise();
  expect(await worker.shown()).toMatchObject([
    { lang: 'fr', actions: [{ title: 'Ouvrir' }, { title: 'Acquitter' }] },
  ]);
  await worker.touch(id, 'acknowledge');
  await expect
    .poll(worker.shown)
    .toMatchObject([{ tag: id, body: expect.stringContaining('l’alerte est acquittée') }]);
  expect((await app.call('GET', `/v1/alerts/${id}`)).body).toMatchObject({
    acknowledged: true,
    acknowledged_by: 'contact:phone',
  });
});

test('an acknowledgement that did not come through says so, stays, and can be tried again', async (context) => {
  const { app, front, worker, raise } = await told(context);
  const id = await raise();
  front.cut(true);
  await worker.touch(id, 'acknowledge');
  await expect.poll(worker.shown).toMatchObject([
    {
      tag: id,
      title: expect.stringMatching(/^Not acknowledged: .*Oven too hot/),
      body: expect.stringContaining('does not answer'),
      requireInteraction: true,
    },
  ]);
  expect((await app.call('GET', `/v1/alerts/${id}`)).body).toMatchObject({ acknowledged: false });
  front.cut(false);
  await worker.touch(id, 'acknowledge');
  await expect
    .poll(worker.shown)
    .toMatchObject([{ tag: id, body: expect.stringContaining('the alert is acknowledged') }]);
});

test('a link that no longer holds is told in the words of the platform', async (context) => {
  const { app, worker, raise } = await told(context);
  const id = await raise();
  await app.call('DELETE', '/v1/contacts/phone');
  await worker.touch(id, 'acknowledge');
  await expect.poll(worker.shown).toMatchObject([
    {
      tag: id,
      title: expect.stringMatching(/^Not acknowledged/),
      body: expect.stringMatching(/link/),
    },
  ]);
  expect((await app.call('GET', `/v1/alerts/${id}`)).body).toMatchObject({ acknowledged: false });
});

test('whatever comes is shown: a message that is no JSON, too', async (context) => {
  const { worker } = await told(context);
  await worker.deliver('Hello');
  await expect.poll(worker.shown).toMatchObject([{ title: 'Vigie', body: 'Hello' }]);
});

/** A page that is loaded anew before it is signed in would not be. */
async function signedIn(page: Page): Promise<void> {
  await page.locator('[data-connection="live"]').waitFor();
}

/** A page at `path` whose browser may show notifications and has a push service on this machine. */
async function tellable(context: TestContext, options: { path?: string; locale?: string } = {}) {
  const app = await createTestApp({ VIGIE_PUBLIC_URL: PUBLIC_URL });
  const service = await createPushService();
  const page = await openPage(context, app.url, {
    path: '/settings',
    permissions: ['notifications'],
    ...options,
  });
  await replacePushManager(page, service.subscription);
  await signedIn(page);
  await page.reload();
  const contacts = async () => (await app.call('GET', '/v1/contacts')).body.items as Json[];
  return { app, service, page, contacts, worker: await openWorker(page) };
}

test('“Tell this browser” makes a contact, sends it a test all the way, and stops with a way back', async (context) => {
  const { app, service, page, contacts, worker } = await tellable(context);
  await page.getByLabel('Name of its contact').fill('Anne’s phone');
  await page.getByRole('button', { name: 'Tell this browser' }).click();
  await worker.deliver(await service.message(1));
  await page.getByText('The test arrived.').waitFor();
  expect(await worker.shown()).toMatchObject([{ title: expect.stringContaining('Test message') }]);
  await page.getByText('This browser is told of alerts').waitFor();
  const [contact, ...others] = await contacts();
  expect(others).toEqual([]);
  expect(contact).toMatchObject({
    name: 'Anne’s phone',
    channel: 'push',
    language: 'en',
    time_zone: 'Europe/Paris',
  });

  // An alert comes by the same way, and the page that is reloaded still knows.
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(31));
  expect(JSON.parse(await service.message(2))).toMatchObject({ type: 'raised' });
  await page.reload();
  await page.getByText('Its contact is Anne’s phone.').waitFor();

  await page.getByRole('button', { name: 'Stop telling this browser' }).click();
  await page.getByText('is told no more').waitFor();
  expect(await contacts()).toEqual([]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('This browser is told of alerts').waitFor();
  expect(await contacts()).toMatchObject([{ id: contact!.id, name: 'Anne’s phone' }]);
});

test('a contact that a policy names cannot be removed by its browser, which says so and is still told', async (context) => {
  const { app, service, page, contacts, worker } = await tellable(context, {
    path: '/notifications',
  });
  await app.put('/v1/contacts/anne', { channel: 'null', settings: {} });
  await app.put('/v1/policies/all', { name: 'All', steps: [{ contacts: ['anne'] }] });
  await page.reload();
  await page.getByRole('button', { name: 'Tell this browser' }).click();
  await worker.deliver(await service.message(1));
  await page.getByText('none names it').waitFor();
  const { id } = (await contacts()).find(({ channel }) => channel === 'push')!;
  await app.put('/v1/policies/all', { name: 'All', steps: [{ contacts: ['anne', id] }] });
  await page.reload();
  await page.getByText('This browser is told of alerts').waitFor();
  await page.getByRole('button', { name: 'Stop telling this browser' }).click();
  await page.getByText('The policy all names this contact.').first().waitFor();
  expect(await contacts()).toHaveLength(2);
  await page.getByText('none names it').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Send a test to this browser' }).click();
  await worker.deliver(await service.message(2));
  await page.getByText('The test arrived.').waitFor();
});

test('a subscription that ended while nobody looked is renewed by the worker, and by the first page', async (context) => {
  const { service, page, worker } = await tellable(context);
  await page.getByRole('button', { name: 'Tell this browser' }).click();
  await worker.deliver(await service.message(1));
  await page.getByText('The test arrived.').waitFor();
  const { endpoint, keys } = service.subscription;
  const test = page.getByRole('button', { name: 'Send a test to this browser' });

  const next = JSON.stringify({ endpoint: `${endpoint}/by-worker`, keys });
  await moveSubscription(page, `${endpoint}/by-worker`);
  await worker.worker.evaluate(`PushManager.prototype.subscribe = async () =>
    ({ endpoint: ${next}.endpoint, toJSON: () => (${next}) });
    dispatchEvent(new ExtendableEvent('pushsubscriptionchange'));`);
  const kept = `caches.match('/this-browser').then((found) => found.json()).then((all) => all.endpoint)`;
  await expect.poll(() => page.evaluate(kept)).toBe(`${endpoint}/by-worker`);
  await test.click();
  await service.message(2);

  await moveSubscription(page, `${endpoint}/by-page`);
  await page.goto(new URL('/alerts', page.url()).href);
  await expect.poll(() => page.evaluate(kept)).toBe(`${endpoint}/by-page`);
  await page.goto(new URL('/settings', page.url()).href);
  await test.click();
  await service.message(3);
  expect(service.paths()).toEqual(['/hook', '/hook/by-worker', '/hook/by-page']);
});

test('a subscription that nobody can renew is told by a notification', async (context) => {
  const { app, service, page, worker } = await tellable(context, { locale: 'fr-FR' });
  await page.getByRole('button', { name: 'Prévenir ce navigateur' }).click();
  await worker.deliver(await service.message(1));
  await page.getByText('L’essai est arrivé.').waitFor();
  // Signed out: nobody may change the contact.
  await page.context().clearCookies();
  await worker.worker.evaluate(`dispatchEvent(new ExtendableEvent('pushsubscriptionchange'))`);
  await expect
    .poll(worker.shown)
    .toContainEqual(
      expect.objectContaining({ tag: 'lost', title: expect.stringMatching(/plus prévenu/) }),
    );
  expect((await app.call('GET', '/v1/contacts')).body.items).toHaveLength(1);
});

test('what the push service refuses is said, and the contact can be renewed', async (context) => {
  const { service, page, contacts, worker } = await tellable(context);
  service.answer(410);
  await page.getByRole('button', { name: 'Tell this browser' }).click();
  await page.getByText('The test could not be sent: the browser is no longer subscribed').waitFor();
  service.answer(201);
  await moveSubscription(page, `${service.subscription.endpoint}/anew`);
  await page.reload();
  await page.getByRole('button', { name: /^Send a test|again$/ }).click();
  await worker.deliver(await service.message(2));
  await page.getByText('The test arrived.').waitFor();
  expect(await contacts()).toHaveLength(1);
});

test('a browser that may not show notifications says why, and no contact is made', async (context) => {
  const { page, contacts } = await tellable(context);
  await page.context().clearPermissions();
  await page.reload();
  // Nobody is there to answer the browser's question.
  await page.getByRole('button', { name: 'Tell this browser' }).click();
  await page.getByText('The browser was not allowed to show notifications').waitFor();
  // What is not granted is refused.
  await page.context().grantPermissions(['geolocation']);
  await page.reload();
  await page.getByText('Notifications of this page are blocked').waitFor();
  expect(await page.getByRole('button', { name: 'Tell this browser' }).count()).toBe(0);
  expect(await contacts()).toEqual([]);
});

test('a browser whose permission was taken back says that it is told no more, and asks nobody by itself', async (context) => {
  const { service, page, worker } = await tellable(context);
  await page.getByRole('button', { name: 'Tell this browser' }).click();
  await worker.deliver(await service.message(1));
  await page.getByText('The test arrived.').waitFor();
  await page.context().clearPermissions();
  await page.reload();
  await page.getByText('Messages do not reach this browser any more.').waitFor();
  await page.context().grantPermissions(['notifications']);
  await page.getByRole('button', { name: 'Tell this browser again' }).click();
  await worker.deliver(await service.message(2));
  await page.getByText('This browser is told of alerts').waitFor();
});

test('a page that came over http: from another machine says that it needs https:', async (context) => {
  const app = await createTestApp();
  const front = await createFrontServer(app.url);
  const page = await openPage(context, 'http://vigie.example', {
    path: '/settings',
    proxy: { server: front.url },
  });
  await page.getByText('only over https:').waitFor();
  expect(await page.evaluate('isSecureContext')).toBe(false);
  expect(await page.getByRole('button', { name: 'Tell this browser' }).count()).toBe(0);
});

for (const [browser, script, words] of [
  ['without push messages', '', 'It has no push messages'],
  ['of an iPhone', 'navigator.standalone = false;', 'add Vigie to the Home Screen first'],
] as const) {
  test(`a browser ${browser} says what can be done`, async (context) => {
    const { url } = await createTestApp();
    const page = await openPage(context, url, { path: '/settings' });
    await page.context().addInitScript(`delete window.PushManager; ${script}`);
    await signedIn(page);
    await page.reload();
    await page.getByText(words).waitFor();
    expect(await page.getByRole('button', { name: 'Tell this browser' }).count()).toBe(0);
  });
}
