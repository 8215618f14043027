import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { createPagerdutyChannel } from './pagerduty.ts';

const routing_key = '0123456789abcdef0123456789abcdef';
const pagerduty = {
  name: 'pagerduty',
  create: createPagerdutyChannel,
  settingsFor: (base: string) => ({ routing_key, api_url: base }),
  path: '/v2/enqueue',
};
httpChannelContract(pagerduty);

const { message, payload, notificationId } = sendRequest({ channel: 'pagerduty', settings: {} });

test('PagerDuty gets subject, body, where it is and a link to the alert', async () => {
  const { send, latest } = await createHttpChannelBench(pagerduty);
  const link = { label: 'Open', url: 'https://vigie.example.org/#alert=alert-1' };
  await send({ message: { ...message, link } });
  expect(latest()).toEqual({
    routing_key,
    event_action: 'trigger',
    dedup_key: 'alert-1',
    payload: {
      summary: '[Warning] Too warm: Freezer 3',
      severity: 'warning',
      timestamp: '2026-11-22T05:00:00.000Z',
      source: 'Freezer 3',
      component: 'sensor-1',
      group: 'lyon/kitchen',
      class: 'too-warm (above)',
      custom_details: { message: message.body },
    },
    client: 'Vigie',
    client_url: link.url,
    links: [{ href: link.url, text: 'Open' }],
  });
});

test.each([
  ['raised', 'trigger'],
  ['escalated', 'trigger'],
  ['severity_changed', 'trigger'],
  ['acknowledged', 'acknowledge'],
  ['cleared', 'resolve'],
] as const)('%s is %s of the same incident', async (type, event_action) => {
  const { send, latest } = await createHttpChannelBench(pagerduty);
  await send({ type });
  expect(latest()).toMatchObject({ event_action, dedup_key: 'alert-1' });
});

test('a test is an incident of its own, without urgency', async () => {
  const { send, latest } = await createHttpChannelBench(pagerduty);
  await send({ type: 'test', payload: null });
  expect(latest()).toMatchObject({ event_action: 'trigger', dedup_key: notificationId });
  expect(latest().payload).toMatchObject({ severity: 'info', source: 'Vigie' });
});

const member = (id: string, alert: Partial<NonNullable<typeof payload>['alert']>) => ({
  ...payload!,
  alert: { ...payload!.alert, id, ...alert },
});
const digestOf = (...members: (typeof payload & {})[]) => ({
  type: 'digest' as const,
  payload: { ...members[0]!, digest: { reason: 'group' as const, members } },
});

test('several alerts that still stand are one incident, as severe as the worst', async () => {
  const { receiver, send, latest } = await createHttpChannelBench(pagerduty);
  await send(digestOf(payload!, member('alert-2', { severity: 'critical' })));
  expect(receiver.received).toHaveLength(1);
  expect(latest()).toMatchObject({ event_action: 'trigger', dedup_key: notificationId });
  expect(latest().payload).toMatchObject({ severity: 'critical', source: 'Vigie' });
});

test('a digest resolves each alert that it says is over, and acknowledges what was acknowledged', async () => {
  const { receiver, send } = await createHttpChannelBench(pagerduty);
  const over = member('alert-2', { severity: 'critical', state: 'cleared' });
  await send(digestOf(payload!, over, member('alert-3', { acknowledged: true })));
  const events = receiver.received.map(({ body }) => JSON.parse(body));
  expect(events).toMatchObject([
    { event_action: 'trigger', dedup_key: notificationId, payload: { severity: 'warning' } },
    { event_action: 'resolve', dedup_key: 'alert-2' },
    { event_action: 'acknowledge', dedup_key: 'alert-3' },
  ]);
});

test('good news alone opens no incident', async () => {
  const { receiver, send } = await createHttpChannelBench(pagerduty);
  await send(digestOf(...['a', 'b', 'c'].map((id) => member(id, { state: 'cleared' }))));
  const events = receiver.received.map(({ body }) => JSON.parse(body));
  expect(events).toEqual(
    ['a', 'b', 'c'].map((dedup_key) => ({ routing_key, event_action: 'resolve', dedup_key })),
  );
});

test('a digest that breaks off goes on where it was', async () => {
  const { receiver, send } = await createHttpChannelBench(pagerduty);
  const digest = digestOf(...['a', 'b', 'c'].map((id) => member(id, { state: 'cleared' })));
  receiver.answer(202, (_, response) => response.writeHead(429, { 'retry-after': '7' }).end(), 202);
  expect(await send(digest)).toEqual({
    ok: false,
    retryable: true,
    retryAfterMs: 7000,
    detail: '1 of 3, then: HTTP 429',
  });
  expect(await send(digest)).toMatchObject({ ok: true });
  const keys = receiver.received.map(({ body }) => JSON.parse(body).dedup_key);
  expect(keys).toEqual(['a', 'b', 'b', 'c']);
});

test('a long message is cut to what PagerDuty takes', async () => {
  const { receiver, send, latest } = await createHttpChannelBench(pagerduty);
  await send({ message: { ...message, subject: 'x'.repeat(2000), body: '漢'.repeat(400_000) } });
  expect(latest().payload.summary).toHaveLength(1024);
  expect(receiver.received[0]!.body.length).toBeLessThan(100_000);
});
