import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTestApp, type Json } from '../support/app.ts';
import {
  addReceiver,
  deliveries,
  events,
  HOT_RULE,
  reading,
  settled,
  types,
} from '../support/notified.ts';

test('the policy that a rule names is told, and nobody else', async () => {
  const platform = await createTestApp();
  const named = await addReceiver(platform, 'named');
  const other = await addReceiver(platform, 'other');
  await platform.put('/v1/policies/cold-chain', { steps: [{ contacts: ['named'] }] });
  await platform.put('/v1/policies/everything', { steps: [{ contacts: ['other'] }] });
  await platform.put('/v1/rules/hot', { ...HOT_RULE, policy: 'cold-chain' });
  await platform.send(reading(40));
  await named.waitFor(1);
  await settled(platform);
  expect(other.received).toHaveLength(0);
});

test('without one, every policy that matches is told; without any, every contact; without those, none', async () => {
  const platform = await createTestApp();
  await platform.put('/v1/rules/hot', HOT_RULE);
  const nobody = await platform.send(reading(40, 'alone'));
  expect(nobody.alerts).toMatchObject([{ notification: 'none' }]);

  const lyon = await addReceiver(platform, 'lyon');
  const critical = await addReceiver(platform, 'critical');
  const everybody = await platform.send(reading(40, 'early'));
  expect(everybody.alerts).toMatchObject([{ notification: 'queued' }]);
  await Promise.all([lyon.waitFor(1), critical.waitFor(1)]);

  await platform.put('/v1/sensors/oven', { labels: { site: 'lyon' } });
  await platform.put('/v1/policies/lyon', {
    match: { labels: { site: 'lyon' } },
    steps: [{ contacts: ['lyon'] }],
  });
  await platform.put('/v1/policies/critical', {
    match: { severity: ['critical'] },
    steps: [{ contacts: ['critical'] }],
  });
  await platform.send(reading(40));
  await lyon.waitFor(2);
  await settled(platform);
  expect(critical.received).toHaveLength(1);
  expect((await deliveries(platform)).map(({ contact_id }) => contact_id)).toEqual([
    'lyon',
    expect.any(String),
    expect.any(String),
  ]);
});

test('an alert that a policy is not for goes to the others; one that no policy takes, to everybody', async () => {
  const platform = await createTestApp();
  const anne = await addReceiver(platform, 'anne');
  const lab = await addReceiver(platform, 'lab');
  await platform.put('/v1/rules/hot', HOT_RULE);
  await platform.put('/v1/sensors/bench', { labels: { site: 'lab' } });
  const empty = await platform.call('PUT', '/v1/policies/production', {
    match: { not: [{}] },
    steps: [{ contacts: ['anne'] }],
  });
  expect(empty.body).toMatchObject({ code: 'invalid_request', pointer: '/match/not/0' });
  await platform.put('/v1/policies/production', {
    match: { not: [{ labels: { site: 'lab' } }, { sensors: ['test-*'] }] },
    steps: [{ contacts: ['anne'] }],
  });
  await platform.put('/v1/policies/lab', {
    match: { labels: { site: 'lab' } },
    steps: [{ contacts: ['lab'] }],
  });
  const told = async () =>
    (await deliveries(platform)).map(({ contact_id, policy_id }) => `${contact_id} ${policy_id}`);
  await platform.send(reading(40));
  await anne.waitFor(1);
  expect(await told()).toEqual(['anne production']);
  const { alerts } = await platform.send(reading(40, 'bench'));
  await lab.waitFor(1);
  expect(await told()).toEqual(['lab lab', 'anne production']);
  const preview = await platform.call('POST', '/v1/policies/preview', { alert_id: alerts[0].id });
  expect(preview.body.policies).toEqual([
    { policy_id: 'lab', matches: true, reasons: [] },
    { policy_id: 'production', matches: false, reasons: ['it is not for label site lab'] },
  ]);
  await platform.send(reading(40, 'test-1'));
  await Promise.all([anne.waitFor(2), lab.waitFor(2)]);
  await settled(platform);
  expect((await told()).slice(0, -2).sort()).toEqual(['anne null', 'lab null']);
});

test('a policy tells what its `on` names, an acknowledgement too', async () => {
  const platform = await createTestApp();
  const receiver = await addReceiver(platform, 'hook');
  await platform.put('/v1/policies/quiet', {
    steps: [{ contacts: ['hook'] }],
    on: ['acknowledged', 'cleared'],
  });
  await platform.put('/v1/rules/hot', HOT_RULE);
  const { alerts } = await platform.send(reading(40));
  expect(alerts).toMatchObject([{ notification: 'none' }]);
  await platform.call('POST', `/v1/alerts/${alerts[0].id}/acknowledge`, { comment: 'I go' });
  await receiver.waitFor(1);
  await platform.send(reading(20));
  await receiver.waitFor(2);
  await settled(platform);
  expect(types(receiver)).toEqual(['acknowledged', 'cleared']);
});

test('an alert is told again until somebody acknowledges it', async () => {
  const platform = await createTestApp();
  const receiver = await addReceiver(platform, 'hook');
  await platform.put('/v1/policies/insist', { steps: [{ contacts: ['hook'] }], repeat: '1s' });
  await platform.put('/v1/rules/hot', HOT_RULE);
  const { alerts } = await platform.send(reading(40));
  await receiver.waitFor(3);
  const { status } = await platform.call('POST', `/v1/alerts/${alerts[0].id}/acknowledge`, {});
  expect(status).toBe(200);
  await settled(platform);
  const told = receiver.received.length;
  await sleep(1500);
  expect(receiver.received).toHaveLength(told);
  expect(types(receiver).every((type) => type === 'raised')).toBe(true);
  expect(events(receiver).map(({ data }) => data.repeat ?? false)).toEqual([
    false,
    ...Array(told - 1).fill(true),
  ]);
  expect(new Set(events(receiver).map(({ id }) => id)).size).toBe(told);
});

test('warning, critical, warning and clear are one alert; the way down is not paged', async () => {
  const platform = await createTestApp();
  const receiver = await addReceiver(platform, 'hook');
  await platform.put('/v1/rules/hot', {
    when: {
      metric: 'temperature',
      above: [
        { limit: 30, severity: 'warning' },
        { limit: 40, severity: 'critical' },
      ],
      deadband: 2,
    },
  });
  const ids = new Set<string>();
  const states: string[] = [];
  for (const value of [31, 41, 39, 37, 29, 28]) {
    for (const alert of (await platform.send(reading(value))).alerts) {
      ids.add(alert.id);
      states.push(`${value} ${alert.state} ${alert.severity} ${alert.notification}`);
    }
  }
  expect(states).toEqual([
    '31 active warning queued',
    '41 active critical queued',
    '37 active warning none',
    '28 cleared warning queued',
  ]);
  expect(ids.size).toBe(1);
  await settled(platform);
  expect(types(receiver)).toEqual(['raised', 'severity_changed', 'cleared']);
  const [, changed] = events(receiver);
  expect(changed?.data).toMatchObject({
    previous_severity: 'warning',
    alert: { severity: 'critical', value: 41, limit: 40 },
  });
  const { body: alert } = await platform.call('GET', `/v1/alerts/${[...ids][0]}?history=true`);
  expect(alert).toMatchObject({ state: 'cleared', peak: 41 });
  expect(alert.history.map(({ change, severity }: Json) => `${change} ${severity}`)).toEqual([
    'raised warning',
    'severity_changed critical',
    'severity_changed warning',
    'cleared warning',
  ]);
});

test('the next step is told until somebody acknowledges, and all who were told hear what becomes of it', async () => {
  const platform = await createTestApp();
  const [anne, boss, chief] = [
    await addReceiver(platform, 'anne'),
    await addReceiver(platform, 'boss'),
    await addReceiver(platform, 'chief'),
  ];
  await platform.put('/v1/policies/steps', {
    steps: [
      { contacts: ['anne'] },
      { after: '1s', contacts: ['boss'] },
      { after: '1h', contacts: ['chief'] },
    ],
    on: ['raised', 'escalated', 'acknowledged', 'cleared'],
  });
  await platform.put('/v1/rules/hot', HOT_RULE);
  const { alerts } = await platform.send(reading(40));
  await boss.waitFor(1);
  expect(types(boss)).toEqual(['escalated']);
  const { status } = await platform.call('POST', `/v1/alerts/${alerts[0].id}/acknowledge`, {});
  expect(status).toBe(200);
  await platform.send(reading(20));
  await Promise.all([anne.waitFor(3), boss.waitFor(3)]);
  await settled(platform);
  expect(types(anne)).toEqual(['raised', 'acknowledged', 'cleared']);
  expect(types(boss)).toEqual(['escalated', 'acknowledged', 'cleared']);
  expect(chief.received).toHaveLength(0);
  const { body: alert } = await platform.call('GET', `/v1/alerts/${alerts[0].id}?history=true`);
  expect(alert.history.map(({ change }: Json) => change)).toEqual([
    'raised',
    'escalated',
    'acknowledged',
    'cleared',
  ]);
});

test('who was told before is named to the next step, and all of them hear that it has become worse', async () => {
  const platform = await createTestApp();
  const anne = await addReceiver(platform, 'anne');
  const boss = await addReceiver(platform, 'boss');
  await platform.put('/v1/policies/steps', {
    steps: [{ contacts: ['anne'] }, { after: '1s', contacts: ['boss'] }],
  });
  const above = [
    { limit: 30, severity: 'warning' },
    { limit: 50, severity: 'critical' },
  ];
  await platform.put('/v1/rules/hot', { when: { metric: 'temperature', above } });
  const { alerts } = await platform.send(reading(40));
  await boss.waitFor(1);
  const [escalated] = events(boss);
  expect(escalated!.data.message).toMatch(/Told before: anne \(webhook \d\d:\d\d\)/);
  await platform.send(reading(60));
  await Promise.all([anne.waitFor(2), boss.waitFor(2)]);
  await platform.call('POST', `/v1/alerts/${alerts[0].id}/acknowledge`, {});
  await platform.send(reading(40));
  await platform.send(reading(61));
  await Promise.all([anne.waitFor(3), boss.waitFor(3)]);
  await settled(platform);
  expect(types(anne)).toEqual(['raised', 'severity_changed', 'severity_changed']);
  expect(types(boss)).toEqual(['escalated', 'severity_changed', 'severity_changed']);
});

test('a first step that waits, of an alert that is over before, tells nobody', async () => {
  const platform = await createTestApp();
  const receiver = await addReceiver(platform, 'hook');
  await platform.put('/v1/policies/patient', { steps: [{ after: '1s', contacts: ['hook'] }] });
  await platform.put('/v1/rules/hot', HOT_RULE);
  const { alerts } = await platform.send(reading(40));
  expect(alerts).toMatchObject([{ notification: 'queued' }]);
  await platform.send(reading(20));
  await platform.send(reading(40, 'other'));
  await receiver.waitFor(1);
  await settled(platform);
  expect(events(receiver).map(({ subject }) => subject)).toEqual(['other']);
});

test('a policy that groups tells several alerts as one digest, and each delivery says in which', async () => {
  const platform = await createTestApp();
  const receiver = await addReceiver(platform, 'hook');
  await platform.put('/v1/policies/together', {
    steps: [{ contacts: ['hook'] }],
    group: { by: ['rule'], wait: '1s', interval: '1h' },
  });
  await platform.put('/v1/rules/hot', HOT_RULE);
  for (const sensor of ['one', 'two', 'three']) await platform.send(reading(40, sensor));
  await receiver.waitFor(1);
  await settled(platform);
  expect(types(receiver)).toEqual(['digest']);
  const [digest] = events(receiver);
  expect(digest!.data.alerts.map((alert: Json) => alert.sensor_id)).toEqual([
    'one',
    'two',
    'three',
  ]);
  expect(digest!.data.message).toContain('3 alerts');
  const members = (await deliveries(platform)).filter(({ type }) => type === 'raised');
  expect(members.map(({ state, digest_id }) => [state, digest_id])).toEqual(
    Array(3).fill(['sent', digest!.id]),
  );
});

test('a digest for a contact that is gone reaches others, one by one', async () => {
  const platform = await createTestApp();
  const gone = await addReceiver(platform, 'gone');
  gone.answer(503, 503, 503, 503);
  await platform.put('/v1/policies/together', {
    steps: [{ contacts: ['gone'] }],
    group: { by: ['rule'], wait: '1s' },
  });
  await platform.put('/v1/rules/hot', HOT_RULE);
  for (const sensor of ['one', 'two']) await platform.send(reading(40, sensor));
  await gone.waitFor(1);
  const other = await addReceiver(platform, 'other');
  const settings = { url: gone.url };
  await platform.put('/v1/contacts/gone', { channel: 'webhook', settings, enabled: false });
  await other.waitFor(2);
  await settled(platform);
  expect(types(other)).toEqual(['raised', 'raised']);
});

test('where a contact cannot be reached, the fallback is told who that is', async () => {
  const platform = await createTestApp();
  const anne = await addReceiver(platform, 'anne');
  anne.answer(...Array(50).fill(503));
  const boss = await addReceiver(platform, 'boss');
  await platform.put('/v1/policies/insist', {
    steps: [{ contacts: ['anne'] }],
    fallback: ['boss'],
    fallback_after: '1s',
  });
  await platform.put('/v1/rules/hot', HOT_RULE);
  await platform.send(reading(40));
  await boss.waitFor(1);
  expect(types(boss)).toEqual(['raised']);
  expect(events(boss)[0]!.data.message).toContain('anne could not be reached.');
  await platform.send(reading(20));
  await boss.waitFor(2);
  expect(types(boss)).toEqual(['raised', 'cleared']);
  const told = (await deliveries(platform)).find(({ fallback_for }) => fallback_for !== null);
  expect(told).toMatchObject({ contact_id: 'boss', fallback_for: 'anne' });
});
