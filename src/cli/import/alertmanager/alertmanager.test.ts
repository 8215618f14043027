import { expect, test } from 'vitest';
import { makeImportContext, sourcesOf } from '#test/support/import-context.ts';
import { importPrometheus } from '../prometheus/import-prometheus.ts';
import { parseMatchers, silenceMatchers } from './parse-matchers.ts';

function imported(files: Record<string, string>) {
  const context = makeImportContext();
  importPrometheus(sourcesOf(files), context);
  const { documents } = context.draft;
  const kind = (name: string) =>
    documents.filter((one) => one.kind === name).map(({ id, fields }) => ({ id, ...fields }));
  return { context, contacts: kind('contact'), policies: kind('policy'), documents, kind };
}

const RECEIVERS = `global:
  slack_api_url: https://hooks.example.org/hush
  opsgenie_api_key: hush-hush-hush-hush-hush
  telegram_api_url: https://api.telegram.org
route: {receiver: all, group_by: ['...'], repeat_interval: 3h}
receivers:
  - name: all
    email_configs: [{to: "Ops <ops@example.org>, two@example.org", send_resolved: true, html: x}]
    webhook_configs: [{url_file: /run/secrets/hook}]
    slack_configs: [{channel: "#ops", send_resolved: true}]
    pagerduty_configs: [{routing_key: <secret>, url: "https://events.eu.pagerduty.com/v2/enqueue"}]
    opsgenie_configs: [{api_url: "https://api.eu.opsgenie.com/", responders: [{type: team, name: ops}]}]
    pushover_configs: [{token: hush, user_key: hush2}]
    telegram_configs: [{bot_token: "$BOT", chat_id: -100200, message_thread_id: 7}]
    discord_configs: [{webhook_url: "https://discord.example.org/hush"}]
    mattermost_configs: [{webhook_url: "https://chat.example.org/hush"}]
    msteams_configs: [{webhook_url: "https://teams.example.org/hush"}]
    sns_configs: [{topic_arn: x}]
  - name: refused
    pagerduty_configs: [{service_key: hush}]
    slack_configs: [{app_token: hush}]
    webhook_configs: [{url: "https://example.org", http_config: {basic_auth: {password: hush}}}]
    discord_configs: [{}]
`;

test('receivers become contacts on every channel that there is, secrets taken from the environment', () => {
  const { context, contacts, policies } = imported({ 'am.yml': RECEIVERS });
  const settings = contacts.map(({ channel, settings: all }: Record<string, unknown>) => [
    channel,
    all,
  ]);
  const secret = (channel: string, field = 'url') => {
    return { variable: `CONTACT_ALL_${channel}_${field.toUpperCase()}` };
  };
  expect(settings).toMatchObject([
    ['email', { to: ['ops@example.org', 'two@example.org'] }],
    ['webhook', { url: secret('WEBHOOK') }],
    ['slack', { url: secret('SLACK') }],
    [
      'pagerduty',
      {
        routing_key: secret('PAGERDUTY', 'routing_key'),
        api_url: 'https://events.eu.pagerduty.com',
      },
    ],
    ['opsgenie', { api_key: secret('OPSGENIE', 'api_key'), region: 'eu', team: 'ops' }],
    ['pushover', { token: secret('PUSHOVER', 'token'), user: secret('PUSHOVER', 'user') }],
    ['telegram', { token: { variable: 'BOT' }, chat_id: '-100200', thread_id: 7 }],
    ['discord', { url: secret('DISCORD') }],
    ['mattermost', { url: secret('MATTERMOST') }],
    ['teams', { url: secret('TEAMS') }],
  ]);
  expect(policies).toMatchObject([
    { id: 'all', repeat: '3h', steps: [{ contacts: contacts.map(({ id }) => id) }] },
  ]);
  expect(policies[0]).not.toHaveProperty('group');
  expect(policies[0]).not.toHaveProperty('on');
  const unknown = context.draft.secrets.filter(({ value }) => value === undefined);
  expect(unknown.map(({ variable }) => variable)).toEqual([
    'CONTACT_ALL_WEBHOOK_URL',
    'CONTACT_ALL_PAGERDUTY_ROUTING_KEY',
  ]);
  const report = context.report.lines().join('\n');
  expect(`${report}${context.draft.toYaml()}`).not.toContain('hush');
  expect(report.match(/.*: left out: .*/g)).toEqual([
    expect.stringMatching(/^am.yml:18: receiver all, sns: left out: there is no channel for sns$/),
    expect.stringContaining('receiver refused, pagerduty: left out: it has a service_key'),
    expect.stringContaining('receiver refused, slack: left out: it posts with a token'),
    expect.stringContaining('receiver refused, webhook: left out: credentials in http_config'),
    expect.stringContaining('receiver refused, discord: left out: it has no webhook_url'),
  ]);
});

test('routes become policies with what they inherit; what earlier ones take is taken off', () => {
  const { context, policies, contacts } = imported({
    'rules.yml': 'groups: [{rules: [{alert: Hot, expr: t > 8}, {alert: Dull, expr: t > 1}]}]',
    'am.yml': `route:
  receiver: desk
  group_by: [alertname, site, instance]
  group_wait: 10s
  routes:
    - {receiver: pager, matchers: [severity="critical"], group_interval: 1m}
    - {receiver: none, matchers: ['alertname=~"Du.l"']}
    - {receiver: odd, matchers: ['site!=""'], routes: [{matchers: [a="b"]}]}
    - {receiver: far, matchers: ['site!~"lyon|brest"', 'instance!="f1"']}
    - {receiver: desk, match_re: {site: ^(lyon|brest)$}, continue: true}
receivers: [{name: desk, email_configs: [{to: d@example.org}]}, {name: none},
  {name: far, email_configs: [{to: f@example.org}]},
  {name: pager, email_configs: [{to: p@example.org}]}]
inhibit_rules: [{source_matchers: [a="b"], target_matchers: [c="d"]}]
`,
  });
  expect(contacts.map(({ id, channel }: Record<string, unknown>) => [id, channel])).toEqual([
    ['desk', 'email'],
    ['far', 'email'],
    ['pager', 'email'],
    ['nobody', 'null'],
  ]);
  const group = { by: ['rule', 'label:site', 'sensor'], wait: '10s', interval: '5m' };
  expect(policies).toMatchObject([
    { id: 'pager', match: { severity: ['critical'] }, group: { ...group, interval: '1m' } },
    { id: 'none', match: { severity: ['info', 'warning'], rules: ['Dull'] } },
    { id: 'far' },
    { id: 'desk', group },
    { id: 'desk-2' },
    { id: 'desk-3', repeat: '4h' },
  ]);
  const severity = ['info', 'warning'];
  const dull = { rules: ['Dull'] };
  const sites = ['lyon', 'brest'].map((site) => ({ labels: { site } }));
  expect(policies.slice(2).map(({ match }: Record<string, unknown>) => match)).toEqual([
    { severity, not: [...sites, { sensors: ['f1'] }, dull] },
    { severity, ...sites[0], not: [dull] },
    { severity, ...sites[1], not: [dull] },
    // What is left for the root: what the other sites are not told of.
    { severity, sensors: ['f1'], not: [dull, ...sites] },
  ]);
  expect(policies[5]).toMatchObject({ on: ['raised', 'severity_changed', 'escalated'] });
  expect(context.report.count('changed')).toBe(0);
  expect(context.report.lines().filter((line) => / left out: /.test(line))).toEqual([
    'am.yml:8: route to odd (site!=""): left out: site!="": a label that is not there cannot be asked for; so are the 1 routes below it',
    'am.yml:14: inhibit rule: left out: one alert does not hush another; one rule with several severities, and parent_id of sensors, are for that',
  ]);
});

test('a route that names rules needs them, or names them by their ids', () => {
  const config = (matcher: string) => `route: {receiver: a, routes: [{matchers: ['${matcher}']}]}
receivers: [{name: a, email_configs: [{to: a@example.org}]}]`;
  expect(imported({ f: config('alertname=Hot') }).policies[0]).toMatchObject({
    match: { rules: ['Hot'] },
  });
  expect(imported({ f: config('alertname!="Hot"') }).policies[0]).toMatchObject({
    match: { not: [{ rules: ['Hot'] }] },
  });
  const { context } = imported({ f: config('alertname!~"Hot.*"') });
  expect(context.report.lines()[1]).toContain('give the rule files along with it');
});

test('silences of sensors become maintenance windows; those of alerts, and past ones, are told', () => {
  const silence = (over: object) => ({
    id: 's',
    matchers: [{ name: 'instance', value: 'freezer-.*', isRegex: true, isEqual: true }],
    startsAt: '2026-11-28T10:00:00.000Z',
    endsAt: '2026-11-28T18:00:00.000Z',
    comment: 'Defrost',
    status: { state: 'active' },
    ...over,
  });
  const { kind, context } = imported({
    'silences.json': JSON.stringify([
      silence({}),
      silence({ matchers: [{ name: 'site', value: 'lyon' }], endsAt: '2027-03-01T00:00:00Z' }),
      silence({ matchers: [{ name: 'alertname', value: 'Hot' }] }),
      silence({ matchers: [{ name: 'site', value: 'lyon', isEqual: false }] }),
      silence({ endsAt: '2026-11-28T11:00:00Z', status: { state: 'expired' } }),
      silence({ startsAt: 'soon' }),
    ]),
  });
  expect(kind('maintenance-window')).toEqual([
    {
      id: 'Defrost',
      name: 'Defrost',
      where: { sensors: ['freezer-*'] },
      time_zone: 'UTC',
      starts_at: '2026-11-28T10:00:00.000Z',
      duration: '8h',
    },
    expect.objectContaining({
      id: 'Defrost-2',
      duration: '31d',
      where: { labels: { site: 'lyon' } },
    }),
    expect.objectContaining({ where: { not: [{ labels: { site: 'lyon' } }] } }),
  ]);
  expect(context.report.findings.map((one) => one.kind)).toEqual([
    'changed',
    'left-out',
    'note',
    'left-out',
  ]);
});

test('matchers are read in all the ways in which they are written', () => {
  expect(parseMatchers({ matchers: ['{a="b", "c d"!~"e|f"}', 'g = h', 'i=""'] })).toEqual([
    { name: 'a', operator: '=', value: 'b' },
    { name: 'c d', operator: '!~', value: 'e|f' },
    { name: 'g', operator: '=', value: 'h' },
    { name: 'i', operator: '=', value: '' },
  ]);
  expect(parseMatchers({ match: { a: 1 }, match_re: { b: 'c' } })).toEqual([
    { name: 'a', operator: '=', value: '1' },
    { name: 'b', operator: '=~', value: 'c' },
  ]);
  expect(parseMatchers({ matchers: ['a'] })).toContain('cannot be read');
  expect(silenceMatchers([{ name: 'a', value: 'b', isRegex: true, isEqual: false }])).toEqual([
    { name: 'a', operator: '!~', value: 'b' },
  ]);
});

test('a file that is nothing of all this is left out', () => {
  const { context } = imported({ 'x.yml': 'scrape_configs: []', 'empty.yml': '[]' });
  expect(context.report.lines()).toEqual([
    'x.yml:1: document: left out: it has no groups of rules, no route with receivers, and no silences',
  ]);
});
