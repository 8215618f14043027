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

test.each([
  ['active', 'critical'],
  ['cleared', 'warning'],
] as const)(
  'several alerts, the worst %s, are one incident that is %s',
  async (state, severity) => {
    const { send, latest } = await createHttpChannelBench(pagerduty);
    const worst = { ...payload!.alert, id: 'alert-2', severity: 'critical', state } as const;
    const members = [payload!, { ...payload!, alert: worst }];
    await send({ type: 'digest', payload: { ...payload!, digest: { reason: 'group', members } } });
    expect(latest()).toMatchObject({ event_action: 'trigger', dedup_key: notificationId });
    expect(latest().payload).toMatchObject({ severity, source: 'Vigie' });
  },
);

test('a long message is cut to what PagerDuty takes', async () => {
  const { receiver, send, latest } = await createHttpChannelBench(pagerduty);
  await send({ message: { ...message, subject: 'x'.repeat(2000), body: '漢'.repeat(400_000) } });
  expect(latest().payload.summary).toHaveLength(1024);
  expect(receiver.received[0]!.body.length).toBeLessThan(100_000);
});
