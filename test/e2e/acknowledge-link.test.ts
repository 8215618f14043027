import { expect, onTestFinished, test } from 'vitest';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';
import { createMailServer } from '../support/mail-server.ts';
import { addReceiver, events, HOT_RULE, reading, settled } from '../support/notified.ts';

const PUBLIC_URL = 'https://vigie.example.org';
const LINK = /https:\/\/vigie\.example\.org(\/ack\/[\w.-]+)/;

/** What a browser does, without a key or a cookie. */
async function browse(platform: TestApp, path: string, method = 'GET') {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const init = method === 'POST' ? { body: '', headers: form } : {};
  const answer = await fetch(`${platform.url}${path}`, { method, ...init });
  return { status: answer.status, headers: answer.headers, html: await answer.text() };
}

async function alertOf(platform: TestApp, id: string): Promise<Json> {
  return (await platform.call('GET', `/v1/alerts/${id}?history=true`)).body;
}

/** A platform that has told a contact, in this language, that the oven is too hot. */
async function told(language: 'en' | 'fr') {
  const mail = await createMailServer(onTestFinished);
  const platform = await createTestApp({
    VIGIE_SMTP_URL: mail.url,
    VIGIE_PUBLIC_URL: PUBLIC_URL,
  });
  const settings = { to: 'anne@example.org' };
  await platform.put('/v1/contacts/anne', { name: 'Anne', channel: 'email', settings, language });
  await platform.put('/v1/rules/hot', {
    ...HOT_RULE,
    name: { en: 'Oven <too> hot', fr: 'Four <trop> chaud' },
  });
  const { alerts } = await platform.send(reading(31.5));
  const [message] = await mail.waitFor(1);
  const path = LINK.exec(message!.text ?? '')?.[1] ?? 'no link';
  return { platform, mail, message: message!, path, alertId: alerts[0].id as string };
}

test('an address that opens links without end is asked to wait, in the language of its reader', async () => {
  const { platform, path } = await told('fr');
  const codes: number[] = [];
  for (let k = 0; k < 31; k++) codes.push((await browse(platform, path)).status);
  expect(codes).toEqual([...Array<number>(30).fill(200), 429]);
  const guess = await fetch(`${platform.url}/ack/guess`, { headers: { 'accept-language': 'fr' } });
  expect(guess.status).toBe(429);
  expect(Number(guess.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await guess.json()).toMatchObject({
    code: 'rate_limited',
    title: expect.stringMatching(/requêtes/i),
  });
});

test('the link of an e-mail shows the alert, its button acknowledges it once, and then it says by whom', async () => {
  const { platform, message, path, alertId } = await told('en');
  expect(message.html).toContain(`<a href="${PUBLIC_URL}${path}">Acknowledge</a>`);

  for (const method of ['GET', 'HEAD', 'GET']) {
    const { status, html } = await browse(platform, path, method);
    expect(status).toBe(200);
    if (method === 'HEAD') continue;
    for (const text of ['lang="en"', 'Oven &lt;too&gt; hot', 'active', '31.5 °C', '<button']) {
      expect(html).toContain(text);
    }
  }
  expect(await alertOf(platform, alertId)).toMatchObject({
    acknowledged: false,
    history: [{ change: 'raised' }],
  });

  const done = await browse(platform, path, 'POST');
  expect(done.status).toBe(200);
  expect(done.html).toContain('the alert is acknowledged.');
  expect(done.html).not.toContain('<button');
  const acknowledged = await alertOf(platform, alertId);
  expect(acknowledged).toMatchObject({
    acknowledged: true,
    acknowledged_by: 'contact:anne',
    history: [{ change: 'raised' }, { change: 'acknowledged', by: 'contact:anne' }],
  });
  const { body: audit } = await platform.call('GET', '/v1/audit');
  expect(audit.items[0]).toMatchObject({ who: 'contact:anne', action: 'alert.acknowledge' });

  for (const method of ['POST', 'GET']) {
    const again = await browse(platform, path, method);
    expect(again.status).toBe(200);
    expect(again.html).toMatch(/acknowledged already: .*contact:anne/);
    expect(again.html).not.toContain('<button');
  }
  expect(await alertOf(platform, alertId)).toEqual(acknowledged);
});

test('the page speaks the language of the contact, and says that the alert is over', async () => {
  const { platform, mail, path } = await told('fr');
  const { html } = await browse(platform, path);
  for (const text of ['lang="fr"', 'Four &lt;trop&gt; chaud', '31,5', 'Acquitter</button>']) {
    expect(html).toContain(text);
  }
  await platform.send(reading(20));
  const [, cleared] = await mail.waitFor(2);
  expect(cleared!.text).not.toContain('/ack/');
  expect((await browse(platform, path)).html).toContain('L’alerte est terminée');
  expect((await browse(platform, path, 'POST')).html).toContain('l’alerte est acquittée');
  expect((await browse(platform, path)).html).toContain('L’alerte est déjà acquittée');
});

test('the page loads nothing, runs nothing, and is kept by nobody', async () => {
  const { platform, path } = await told('en');
  const { headers, html } = await browse(platform, path);
  const csp = headers.get('content-security-policy');
  for (const text of ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"]) {
    expect(csp).toContain(text);
  }
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex',
  });
  expect(html).not.toContain('<script');
});

test('a forged link changes nothing and says so, and one of a contact who is gone as well', async () => {
  const { platform, path, alertId } = await told('fr');
  const forged = `${path.slice(0, -2)}xx`;
  for (const method of ['GET', 'POST']) {
    const { status, html } = await browse(platform, forged, method);
    expect([status, html.includes('<code>link_invalid</code>')]).toEqual([403, true]);
  }
  await platform.call('DELETE', '/v1/contacts/anne');
  expect((await browse(platform, path, 'POST')).status).toBe(403);
  expect(await alertOf(platform, alertId)).toMatchObject({ acknowledged: false });
});

test('a webhook carries the link by itself, and there is none without a public address', async () => {
  const withAddress = await createTestApp({ VIGIE_PUBLIC_URL: PUBLIC_URL });
  const without = await createTestApp();
  for (const platform of [withAddress, without]) {
    const receiver = await addReceiver(platform, 'hook');
    await platform.put('/v1/rules/hot', HOT_RULE);
    await platform.send(reading(40));
    await platform.send(reading(20));
    await receiver.waitFor(2);
    await settled(platform);
    const [raised, cleared] = events(receiver);
    expect(cleared!.data).not.toHaveProperty('acknowledge_url');
    if (platform === withAddress) expect(raised!.data.acknowledge_url).toMatch(LINK);
    else expect(raised!.data).not.toHaveProperty('acknowledge_url');
  }
});

test('a program that asks for JSON, such as the worker of a notification, is told in short what came of it', async () => {
  const { platform, path } = await told('fr');
  const post = (link: string, accept: string) =>
    fetch(`${platform.url}${link}`, { method: 'POST', headers: { accept } });
  const done = await post(path, 'application/json');
  expect([done.status, done.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(await done.json()).toEqual({
    title: expect.stringContaining('Four <trop> chaud'),
    notes: [expect.stringContaining('l’alerte est acquittée')],
  });
  const forged = await post(`${path.slice(0, -2)}xx`, 'application/json');
  expect([forged.status, await forged.json()]).toMatchObject([403, { code: 'link_invalid' }]);
  const page = await post(path, 'text/html,application/json;q=0.9');
  expect(page.headers.get('content-type')).toContain('text/html');
});
