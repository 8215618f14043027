import { Value } from 'typebox/value';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#domain/time.ts';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { OpsgenieSettings } from './opsgenie.schema.ts';
import { createOpsgenieChannel } from './opsgenie.ts';

const api_key = '01234567-89ab-cdef-0123-456789abcdef';
const opsgenie = {
  name: 'opsgenie',
  create: createOpsgenieChannel,
  settingsFor: (base: string) => ({ api_key, api_url: base }),
  path: '/v2/alerts',
};
httpChannelContract(opsgenie);

const { message, payload, notificationId } = sendRequest({ channel: 'opsgenie', settings: {} });
const at = (what: string, alias = 'alert-1') => `/v2/alerts/${alias}/${what}?identifierType=alias`;

test('Opsgenie gets subject, body, where it is and a link to the alert', async () => {
  const { receiver, send, latest } = await createHttpChannelBench({
    ...opsgenie,
    settingsFor: (base) => ({ api_key, api_url: base, team: 'Cold chain' }),
  });
  const link = { label: 'Open', url: 'https://vigie.example.org/#alert=alert-1' };
  await send({ message: { ...message, link } });
  expect(receiver.received[0]!.headers.authorization).toBe(`GenieKey ${api_key}`);
  expect(latest()).toEqual({
    message: '[Warning] Too warm: Freezer 3',
    alias: 'alert-1',
    description: `${message.body}\n\nOpen: ${link.url}`,
    responders: [{ name: 'Cold chain', type: 'team' }],
    source: 'Vigie',
    priority: 'P3',
    entity: 'Freezer 3',
    details: { sensor: 'sensor-1', location: 'lyon/kitchen', rule: 'too-warm', condition: 'above' },
  });
});

test.each([
  ['raised', '/v2/alerts'],
  ['escalated', '/v2/alerts'],
  ['acknowledged', at('acknowledge')],
  ['cleared', at('close')],
] as const)('%s is %s, of the same alias', async (type, path) => {
  const { receiver, send } = await createHttpChannelBench(opsgenie);
  await send({ type });
  expect(receiver.received.map((post) => post.path)).toEqual([path]);
});

test.each([
  ['info', 'P5'],
  ['warning', 'P3'],
  ['critical', 'P1'],
] as const)('what is %s has priority %s', async (severity, priority) => {
  const { send, latest } = await createHttpChannelBench(opsgenie);
  await send({ alert: { severity } });
  expect(latest().priority).toBe(priority);
});

test('a change of severity sets the priority of what is open, and leaves a note', async () => {
  const { receiver, send } = await createHttpChannelBench(opsgenie);
  await send({ type: 'severity_changed', alert: { severity: 'critical' } });
  const posts = receiver.received.map(({ method, path }) => `${method} ${path}`);
  expect(posts).toEqual(['POST /v2/alerts', `PUT ${at('priority')}`, `POST ${at('notes')}`]);
  expect(JSON.parse(receiver.received[1]!.body)).toEqual({ priority: 'P1' });
});

test('where the other side cannot change a priority the message has arrived all the same', async () => {
  const { receiver, send } = await createHttpChannelBench(opsgenie);
  receiver.answer(202, 404, 202);
  expect(await send({ type: 'severity_changed' })).toEqual({
    ok: true,
    receipt: 'HTTP 202; priority: HTTP 404',
  });
  expect(receiver.received).toHaveLength(3);
});

test('a test is an alert of its own, without urgency', async () => {
  const { send, latest } = await createHttpChannelBench(opsgenie);
  await send({ type: 'test', payload: null });
  expect(latest()).toMatchObject({ alias: notificationId, priority: 'P5' });
});

test('a digest is one alert for what still stands, and closes what it says is over', async () => {
  const { receiver, send } = await createHttpChannelBench(opsgenie);
  const over = { ...payload!.alert, id: 'alert-2', state: 'cleared' } as const;
  const members = [payload!, { ...payload!, alert: over }];
  await send({ type: 'digest', payload: { ...payload!, digest: { reason: 'group', members } } });
  expect(receiver.received.map((post) => post.path)).toEqual([
    '/v2/alerts',
    at('close', 'alert-2'),
  ]);
  expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({ alias: notificationId });
});

test.each([
  [undefined, 'api.opsgenie.com'],
  ['us', 'api.opsgenie.com'],
  ['eu', 'api.eu.opsgenie.com'],
] as const)('an account in the region %s is asked at %s', async (region, host) => {
  const asked: string[] = [];
  const channel = createOpsgenieChannel({
    allowPrivate: false,
    clock: systemClock,
    resolver(name, _options, done) {
      asked.push(name);
      done(new Error('no network'), []);
    },
  });
  onTestFinished(() => channel.close());
  const settings = { api_key, ...(region === undefined ? {} : { region }) };
  expect(Value.Check(OpsgenieSettings, settings)).toBe(true);
  const outcome = await channel.send(sendRequest({ channel: 'opsgenie', settings }));
  expect(outcome).toEqual({ ok: false, retryable: true, detail: 'no network' });
  expect(asked).toEqual([host]);
});

test('there is no third region', () => {
  expect(Value.Check(OpsgenieSettings, { api_key, region: 'asia' })).toBe(false);
});

test('a long message is cut to what Opsgenie takes', async () => {
  const { send, latest } = await createHttpChannelBench(opsgenie);
  await send({ message: { ...message, subject: 'x'.repeat(2000), body: '漢'.repeat(40_000) } });
  expect(latest().message).toHaveLength(130);
  expect(latest().description).toHaveLength(15_000);
});
