import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { makeHost } from '../support/command-host.ts';
import { events } from '../support/notified.ts';
import { ADMIN_KEY } from '../support/spawn-platform.ts';
import { createWebhookReceiver } from '../support/webhook-receiver.ts';

const PATIENCE = { timeout: 15_000, interval: 50 };

function shell(platform: TestApp, files: Record<string, string>) {
  const host = makeHost({ VIGIE_URL: platform.url, VIGIE_ADMIN_KEY: ADMIN_KEY });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(host.cwd, name), text);
  return host;
}

test('rules and routes of Prometheus and Alertmanager are applied, and the alert is told whom they name', async () => {
  const platform = await createTestApp();
  const [kitchen, desk] = [
    await createWebhookReceiver(onTestFinished),
    await createWebhookReceiver(onTestFinished),
  ];
  const host = shell(platform, {
    'rules.yml': `groups:
  - name: cold
    rules:
      - alert: FreezerTooWarm
        expr: freezer_celsius{site="lyon"} > -15
        labels: {severity: critical, team: kitchen}
        annotations:
          summary: "{{ $labels.instance }} is too warm: {{ $value }}"
          description: Close the door.
`,
    'alertmanager.yml': `route:
  receiver: desk
  routes:
    - {receiver: kitchen, matchers: [team=kitchen], group_wait: 0s}
receivers:
  - {name: desk, webhook_configs: [{url: "${desk.url}"}]}
  - {name: kitchen, webhook_configs: [{url: "${kitchen.url}"}]}
`,
    'silences.json': JSON.stringify([
      {
        id: '1',
        matchers: [{ name: 'instance', value: 'freezer-9', isRegex: false, isEqual: true }],
        startsAt: new Date(Date.now() - 60_000).toISOString(),
        endsAt: new Date(Date.now() + 3_600_000).toISOString(),
        comment: 'defrost',
        status: { state: 'active' },
      },
    ]),
  });
  const command = ['import', 'prometheus', 'rules.yml', 'alertmanager.yml', 'silences.json'];
  const options = ['--metric', 'freezer_celsius=temperature', '--apply', '--yes'];
  expect(await host.run(command, options)).toBe(0);
  expect(host.out).toContain('created rule/FreezerTooWarm');
  expect(host.out).toContain('created maintenance-window/defrost');
  // Applied again it changes nothing.
  expect(await host.run(command, options)).toBe(0);
  expect(host.out).toContain('Nothing to do.');

  const reading = (sensor: string) => ({
    sensor_id: sensor,
    readings: { temperature: -9 },
    metadata: { labels: { site: 'lyon' } },
  });
  await platform.send(reading('freezer-9'), reading('freezer-3'));
  await expect.poll(() => events(kitchen).length, PATIENCE).toBe(1);
  const [told] = events(kitchen);
  expect(told).toMatchObject({
    type: 'vigie.alert.raised',
    data: { alert: { rule_id: 'FreezerTooWarm', sensor_id: 'freezer-3', severity: 'critical' } },
  });
  expect(told!.data.message).toContain('freezer-3 is too warm: -9');
  const { items } = (await platform.call('GET', '/v1/alerts?sensor_id=freezer-9')).body;
  expect(items[0]).toMatchObject({ suppressed_by: 'maintenance-window/defrost' });
});

test('a route that says what it is not for is applied, and what it leaves out goes on to the route above', async () => {
  const platform = await createTestApp();
  const [desk, lab] = [
    await createWebhookReceiver(onTestFinished),
    await createWebhookReceiver(onTestFinished),
  ];
  const host = shell(platform, {
    'rules.yml': 'groups: [{rules: [{alert: Hot, expr: temperature > 30}]}]',
    'alertmanager.yml': `route:
  receiver: lab
  group_by: ['...']
  routes:
    - {receiver: desk, matchers: ['site!="lab"', 'instance!~"test-.*"']}
receivers:
  - {name: desk, webhook_configs: [{url: "${desk.url}"}]}
  - {name: lab, webhook_configs: [{url: "${lab.url}"}]}
`,
  });
  const command = ['import', 'prometheus', 'rules.yml', 'alertmanager.yml'];
  expect(await host.run(command, ['--apply', '--yes'])).toBe(0);
  expect((await platform.call('GET', '/v1/policies/desk')).body.match).toEqual({
    not: [{ labels: { site: 'lab' } }, { sensors: ['test-*'] }],
  });
  const reading = (sensor: string, site: string) => ({
    sensor_id: sensor,
    readings: { temperature: 31 },
    metadata: { labels: { site } },
  });
  await platform.send(reading('oven', 'lyon'), reading('bench', 'lab'), reading('test-1', 'lyon'));
  const told = (receiver: typeof desk) =>
    events(receiver)
      .map(({ data }) => data.alert.sensor_id)
      .sort();
  await expect.poll(() => told(desk).length + told(lab).length, PATIENCE).toBe(3);
  expect(told(desk)).toEqual(['oven']);
  expect(told(lab)).toEqual(['bench', 'test-1']);
});

test('a backup of Uptime Kuma is applied, and a push monitor that falls silent is told whom it named', async () => {
  const platform = await createTestApp();
  const receiver = await createWebhookReceiver(onTestFinished);
  const config = { type: 'webhook', webhookURL: receiver.url, name: 'Hook' };
  const host = shell(platform, {
    'backup.json': JSON.stringify({
      version: '1.23.16',
      notificationList: [{ id: 1, name: 'Hook', config: JSON.stringify(config), active: true }],
      monitorList: [
        { id: 7, name: 'Oven', type: 'push', interval: 1, notificationIDList: { 1: true } },
        { id: 8, name: 'Web', type: 'http', interval: 60 },
      ],
    }),
  });
  expect(await host.run(['import', 'uptime-kuma', 'backup.json', '--apply', '--yes'])).toBe(4);
  expect(host.err).toContain('monitor Web (http): left out');
  expect(host.out).toContain('created sensor/Oven');
  await platform.send({ sensor_id: 'Oven', readings: { ping: 12 } });
  await expect.poll(() => events(receiver).length, PATIENCE).toBeGreaterThan(0);
  expect(events(receiver)[0]).toMatchObject({
    type: 'vigie.alert.raised',
    data: { alert: { rule_id: 'Oven-silent', sensor_id: 'Oven', severity: 'critical' } },
  });
});

test('rules and contact points of Grafana are applied, and a rule tells the one that it names', async () => {
  const platform = await createTestApp();
  const [ops, kitchen] = [
    await createWebhookReceiver(onTestFinished),
    await createWebhookReceiver(onTestFinished),
  ];
  const point = (name: string, url: string) => ({
    name,
    receivers: [{ uid: name, type: 'webhook', settings: { url } }],
  });
  const host = shell(platform, {
    'export.json': JSON.stringify({
      apiVersion: 1,
      contactPoints: [point('ops', ops.url), point('kitchen', kitchen.url)],
      policies: [{ receiver: 'ops', group_by: ['...'] }],
      groups: [
        {
          name: 'cold',
          folder: 'Cold',
          rules: [
            {
              uid: 'r1',
              title: 'Freezer too warm',
              condition: 'B',
              notification_settings: { receiver: 'kitchen' },
              data: [
                { refId: 'A', datasourceUid: 'p', model: { expr: 'temperature', instant: true } },
                {
                  refId: 'B',
                  datasourceUid: '__expr__',
                  model: {
                    type: 'threshold',
                    expression: 'A',
                    conditions: [{ evaluator: { type: 'gt', params: [-15] } }],
                  },
                },
              ],
            },
          ],
        },
      ],
    }),
  });
  expect(await host.run(['import', 'grafana', 'export.json', '--apply', '--yes'])).toBe(0);
  await platform.send({ sensor_id: 'freezer-3', readings: { temperature: -9 } });
  await expect.poll(() => events(kitchen).length, PATIENCE).toBe(1);
  expect(events(kitchen)[0]!.data.alert).toMatchObject({ rule_id: 'Freezer-too-warm' });
  expect(events(ops)).toEqual([]);
});
