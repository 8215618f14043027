import { readFileSync } from 'node:fs';
import type { SMTPServerOptions } from 'smtp-server';
import { Value } from 'typebox/value';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#domain/time.ts';
import { createMailServer, smtpReply } from '#test/support/mail-server.ts';
import { sendRequest } from '#test/support/send-request.ts';
import type { ChannelOptions, SendRequest } from '../channel.ts';
import { EmailSettings } from './email.schema.ts';
import { createEmailChannel } from './email.ts';

const anne = { channel: 'email', settings: { to: 'anne@example.org' } };

function makeChannel(options: Partial<ChannelOptions> = {}) {
  const defaults = {
    allowPrivate: false,
    clock: systemClock,
    smtpFrom: 'Vigie <vigie@example.net>',
  };
  const channel = createEmailChannel({ ...defaults, ...options });
  onTestFinished(() => channel.close());
  return channel;
}

async function setUp(behavior: SMTPServerOptions = {}) {
  const server = await createMailServer(onTestFinished, behavior);
  const channel = makeChannel({ smtpUrl: server.url, publicUrl: 'https://vigie.example.org:8443' });
  const send = (
    changes: Parameters<typeof sendRequest>[1] = {},
    contact: Parameters<typeof sendRequest>[0] = anne,
  ) => channel.send(sendRequest(contact, changes));
  return { server, channel, send };
}

describe('an e-mail', () => {
  test('arrives whole, as text and as HTML, with the reply of the server as receipt', async () => {
    const { server, send } = await setUp();
    expect(await send()).toEqual({ ok: true, receipt: '250 taken as 42' });
    const [mail] = await server.waitFor(1);
    expect(mail).toMatchObject({
      subject: '[Warning] Too warm: Freezer 3',
      messageId: '<019ab7f0-0000-7000-8000-000000000001@vigie.example.org>',
      inReplyTo: '<alert-alert-1@vigie.example.org>',
      references: '<alert-alert-1@vigie.example.org>',
      date: new Date('2026-11-22T05:00:00Z'),
      from: { value: [{ name: 'Vigie', address: 'vigie@example.net' }] },
      to: { value: [{ address: 'anne@example.org' }] },
    });
    expect(mail!.text).toContain('temperature 9.1 °C, above the limit of 8 °C');
    expect(mail!.html).toContain('<td>Freezer 3 (sensor-1)</td>');
    expect(Object.fromEntries(mail!.headers)).toMatchObject({
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
      'x-vigie-alert': 'alert-1',
      'x-vigie-type': 'raised',
    });
  });

  test('speaks French to whom it is told in French', async () => {
    const { server, send } = await setUp();
    await send({}, { ...anne, language: 'fr', time_zone: 'Europe/Paris' });
    const [mail] = server.mails;
    expect(mail!.subject).toBe('[Avertissement] Trop chaud : Freezer 3');
    expect(mail!.text).toContain('température 9,1 °C, au-dessus de la limite de 8 °C');
    expect(mail!.text).toContain('Depuis : dim. 22 novembre 2026 à 06:00:00 UTC+1');
    expect(mail!.html).toContain('<th align="left">Gravité</th>');
  });

  test('has the same Message-ID at every attempt, and each notification has its own in one thread', async () => {
    const { server, send } = await setUp();
    await send();
    await send();
    await send({ type: 'cleared', notificationId: 'n2' });
    const ids = server.mails.map(({ messageId }) => messageId);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).toBe('<n2@vigie.example.org>');
    expect(new Set(server.mails.map(({ references }) => references)).size).toBe(1);
  });

  test('goes to several, from whom the contact says', async () => {
    const { server, send } = await setUp();
    const settings = { to: ['anne@example.org', 'zoe@example.org'], from: 'cold@example.org' };
    await send({}, { channel: 'email', settings });
    const [mail] = server.mails;
    expect(mail).toMatchObject({
      from: { value: [{ address: 'cold@example.org' }] },
      to: { value: [{ address: 'anne@example.org' }, { address: 'zoe@example.org' }] },
    });
  });

  test('names the addresses that the server refused while others got it', async () => {
    const { send } = await setUp({
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('zoe') ? smtpReply(550, 'unknown') : null),
    });
    const settings = { to: ['anne@example.org', 'zoe@example.org'] };
    expect(await send({}, { channel: 'email', settings })).toEqual({
      ok: true,
      receipt: '250 taken as 42; not accepted: zoe@example.org',
    });
  });

  test('of a test belongs to no alert', async () => {
    const { server, send } = await setUp();
    await send({ type: 'test', payload: null });
    expect(server.mails[0]!.headers.has('x-vigie-alert')).toBe(false);
    expect(server.mails[0]!.references).toBeUndefined();
  });

  test('cannot be given another header by what people or devices have written', async () => {
    const { server, send } = await setUp();
    const subject = 'Too warm\r\nBcc: eve@example.org\r\n\r\nhello';
    const request = sendRequest(anne);
    await send({ message: { ...request.message, subject } });
    expect(server.mails[0]!.bcc).toBeUndefined();
    expect(server.mails[0]!.subject).toContain('Bcc: eve@example.org');
  });
});

describe('a mail server that', () => {
  test('answers 4xx may be asked again', async () => {
    const { server, send } = await setUp();
    server.refuseNext(451);
    expect(await send()).toMatchObject({
      ok: false,
      retryable: true,
      detail: expect.stringContaining('451 not this one'),
    });
    expect(await send()).toMatchObject({ ok: true });
  });

  test('answers 5xx to the text ends it', async () => {
    const { server, send } = await setUp();
    server.refuseNext(554);
    expect(await send()).toMatchObject({
      ok: false,
      retryable: false,
      detail: expect.stringContaining('554 not this one'),
    });
  });

  test.each([
    [550, false],
    [450, true],
    [530, true],
  ])('answers %d to every recipient: may be asked again: %s', async (code, retryable) => {
    const { send } = await setUp({ onRcptTo: (_a, _s, done) => done(smtpReply(code, 'no')) });
    expect(await send()).toMatchObject({ ok: false, retryable });
  });

  test('turns the connection away may be asked again', async () => {
    const { send } = await setUp({
      onConnect: (_session, done) => done(smtpReply(554, 'go away')),
    });
    expect(await send()).toMatchObject({ ok: false, retryable: true });
  });

  test('refuses the login may be asked again', async () => {
    const server = await createMailServer(onTestFinished, {
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(smtpReply(535, 'wrong password')),
    });
    const channel = makeChannel({ smtpUrl: server.url.replace('//', '//user:secret@') });
    const outcome = await channel.send(sendRequest(anne));
    expect(outcome).toMatchObject({ ok: false, retryable: true });
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  test('hangs is left when the time is up', async () => {
    const { send } = await setUp({ onData: (stream) => stream.resume() });
    const outcome = await send({ signal: AbortSignal.timeout(300) });
    expect(outcome).toEqual({
      ok: false,
      retryable: true,
      detail: 'no answer from the mail server in time',
    });
  });

  test('never greets is left when the time is up', async () => {
    const { send } = await setUp({ onConnect: () => {} });
    expect(await send({ signal: AbortSignal.timeout(300) })).toMatchObject({ retryable: true });
  });

  test('breaks the connection may be asked again', async () => {
    const { server, send } = await setUp({
      onData: (stream) => {
        stream.resume();
        server.cut();
      },
    });
    expect(await send()).toMatchObject({ ok: false, retryable: true });
  });

  test('is not there may be asked again', async () => {
    const channel = makeChannel({ smtpUrl: 'smtp://127.0.0.1:1' });
    const outcome = await channel.send(sendRequest(anne));
    expect(outcome).toMatchObject({
      retryable: true,
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('was never named: the contact is refused, and what waits may be tried again', async () => {
    const channel = makeChannel();
    const detail = 'e-mail needs a mail server: set VIGIE_SMTP_URL';
    expect(channel.findProblems({})).toEqual([{ pointer: '', detail }]);
    expect(await channel.send(sendRequest(anne))).toEqual({ ok: false, retryable: true, detail });
    expect(makeChannel({ smtpUrl: 'smtp://127.0.0.1' }).findProblems({})).toEqual([]);
  });
});

test('many mails go over a few kept connections', async () => {
  let connections = 0;
  const { server, send } = await setUp({
    onConnect: (_session, done) => {
      connections++;
      done();
    },
  });
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, at) => send({ notificationId: `n${at}` })),
  );
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
  expect(server.mails).toHaveLength(20);
  expect(connections).toBeLessThanOrEqual(4);
});

test.each([
  ['anne@example.org', true],
  ['anne+cold@münchen.example', true],
  ['', false],
  ['anne', false],
  ['Anne <anne@example.org>', false],
  ['anne@example.org, eve@example.org', false],
  ['anne@example.org\r\nBcc: eve@example.org', false],
  ['a b@example.org', false],
])('an address such as "%s" is taken: %s', (to, isTaken) => {
  expect(Value.Check(EmailSettings, { to })).toBe(isTaken);
  expect(Value.Check(EmailSettings, { to: [to] })).toBe(isTaken);
});

test('the sample in the README is a contact of this channel', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const sample = JSON.parse(/```json\n([\s\S]*?)```/.exec(readme)![1]!) as SendRequest['contact'];
  expect(sample.channel).toBe('email');
  expect(Value.Check(EmailSettings, sample.settings)).toBe(true);
});
