import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeImportContext, sourcesOf } from '#test/support/import-context.ts';
import { readConfig } from '../../as-code/read-config.ts';
import { importUptimeKuma } from './import-uptime-kuma.ts';

function imported(backup: unknown) {
  const context = makeImportContext();
  importUptimeKuma(sourcesOf({ 'backup.json': JSON.stringify(backup, null, 1) }), context);
  const kind = (name: string) =>
    context.draft.documents
      .filter((one) => one.kind === name)
      .map(({ id, fields }): Record<string, unknown> => ({ id, ...fields }));
  return { context, kind };
}

const notification = (id: number, name: string, config: object) => ({
  id,
  name,
  active: true,
  isDefault: false,
  config: JSON.stringify({ name, ...config }),
});

const BACKUP = {
  version: '1.23.16',
  notificationList: [
    notification(1, 'Mail', {
      type: 'smtp',
      smtpTo: 'a@example.org',
      smtpCC: 'b@example.org',
      smtpPassword: 'hush',
    }),
    notification(2, 'Phone', { type: 'ntfy', ntfytopic: 'hush', ntfyserverurl: 'https://ntfy.sh' }),
    notification(3, 'Pager', {
      type: 'PagerDuty',
      pagerdutyIntegrationKey: 'hush',
      pagerdutyIntegrationUrl: 'https://events.eu.pagerduty.com/v2/enqueue',
    }),
    notification(4, 'Chat', { type: 'telegram', telegramBotToken: 'hush', telegramChatID: '-100' }),
    notification(5, 'Home', { type: 'HomeAssistant', longLivedAccessToken: 'hush' }),
    notification(6, 'Get', { type: 'webhook', webhookURL: 'https://hush', httpMethod: 'get' }),
    {
      ...notification(7, 'Genie', {
        type: 'Opsgenie',
        opsgenieApiKey: 'hush',
        opsgenieRegion: 'eu',
      }),
      active: false,
    },
  ],
  monitorList: [
    { id: 1, name: 'Cold room', type: 'group', active: true },
    {
      ...{ id: 2, name: 'Freezer 3', type: 'push', interval: 60, retryInterval: 30, maxretries: 2 },
      ...{ resendInterval: 10, active: true, parent: 1, pushToken: 'hush' },
      notificationIDList: { 1: true, 2: true, 5: true, 6: false },
      tags: [
        { name: 'site', value: 'lyon' },
        { name: 'cold', value: '' },
        { name: 'site', value: 'x' },
      ],
    },
    { id: 3, name: 'Freezer 4', type: 'push', interval: 60, active: false, notificationIDList: {} },
    { id: 4, name: 'Web', type: 'http', interval: 60, url: 'https://example.org' },
    { id: 5, name: 'Topic', type: 'mqtt', interval: 60 },
    { id: 6, name: 'Odd', type: 'push', interval: 60, upsideDown: true },
  ],
  proxyList: [{}],
};

test('push monitors become sensors with a rule on silence, notifications contacts', () => {
  const { context, kind } = imported(BACKUP);
  expect(kind('contact').map(({ id, channel, enabled }) => [id, channel, enabled])).toEqual([
    ['Mail', 'email', undefined],
    ['Phone', 'ntfy', undefined],
    ['Pager', 'pagerduty', undefined],
    ['Chat', 'telegram', undefined],
    ['Genie', 'opsgenie', false],
  ]);
  expect(kind('contact')[0]!.settings).toEqual({ to: ['a@example.org', 'b@example.org'] });
  expect(kind('contact')[2]!.settings).toMatchObject({
    api_url: 'https://events.eu.pagerduty.com',
  });
  expect(kind('sensor')).toEqual([
    {
      id: 'Freezer-3',
      name: 'Freezer 3',
      labels: { group: 'Cold room', site: 'lyon', cold: 'yes' },
    },
    { id: 'Freezer-4', name: 'Freezer 4' },
  ]);
  expect(kind('rule')).toEqual([
    {
      id: 'Freezer-3-silent',
      name: { en: 'Freezer 3' },
      where: { sensors: ['Freezer-3'] },
      when: { silent: '2m' },
      severity: 'critical',
      policy: 'only-Mail-Phone-10m',
    },
    expect.objectContaining({ id: 'Freezer-4-silent', when: { silent: '1m' }, enabled: false }),
  ]);
  expect(kind('policy')).toEqual([
    {
      id: 'only-Mail-Phone-10m',
      name: 'only Mail, Phone, 10m',
      match: { rules: ['Freezer-3-silent'] },
      steps: [{ contacts: ['Mail', 'Phone'] }],
      repeat: '10m',
    },
  ]);
  expect(context.draft.toYaml() + context.report.lines()).not.toContain('hush');
  const leftOut = context.report.findings.filter(({ kind: what }) => what === 'left-out');
  expect(leftOut.map(({ what }) => what)).toEqual([
    'notification Home (HomeAssistant)',
    'notification Get (webhook)',
    'monitor Web (http)',
    'monitor Topic (mqtt)',
    'monitor Odd (push)',
    'proxy',
  ]);
  const env = Object.fromEntries(context.draft.secrets.map(({ variable }) => [variable, 'x']));
  expect(readConfig([{ name: 'out', text: context.draft.toYaml() }], env).problems).toEqual([]);
});

test('whatever a backup holds, the documents are sound and no secret is told', () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const config = fc.record({
    type: fc.constantFrom('smtp', 'slack', 'ntfy', 'telegram', 'webhook', 'teams', 'x'),
    smtpTo: value,
    slackwebhookURL: fc.constant('hush-1'),
    ntfytopic: fc.constant('hush-2'),
    telegramBotToken: fc.constant('hush-3'),
    telegramChatID: value,
    webhookURL: fc.constant('hush-4'),
  });
  const backup = fc.record({
    notificationList: fc.array(
      fc.record({ id: fc.nat(3), name: value, config: config.map((one) => JSON.stringify(one)) }),
      { maxLength: 5 },
    ),
    monitorList: fc.array(
      fc.record({
        id: fc.nat(5),
        name: value,
        type: fc.constantFrom('push', 'group', 'http'),
        interval: value,
        maxretries: value,
        resendInterval: value,
        parent: fc.nat(5),
        notificationIDList: fc.dictionary(fc.constantFrom('0', '1', '2'), fc.boolean()),
        tags: fc.array(fc.record({ name: value, value }), { maxLength: 3 }),
      }),
      { maxLength: 5 },
    ),
  });
  fc.assert(
    fc.property(backup, (drawn) => {
      const { context } = imported(drawn);
      const text = context.draft.toYaml();
      expect(text + context.report.lines()).not.toContain('hush');
      const env = new Proxy({}, { get: () => 'x' });
      expect(readConfig([{ name: 'out', text }], env).problems).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('a file that is no backup is left out', () => {
  expect(imported({}).context.report.lines()[0]).toContain('left out: it has no monitorList');
});
