import { expect, test } from 'vitest';
import { makeImportContext, sourcesOf } from '#test/support/import-context.ts';
import { conditionExpression } from './condition-expression.ts';
import { importGrafana } from './import-grafana.ts';

function imported(files: Record<string, string>) {
  const context = makeImportContext({ metrics: { freezer_celsius: 'temperature' } });
  importGrafana(sourcesOf(files), context);
  const kind = (name: string) =>
    context.draft.documents
      .filter((one) => one.kind === name)
      .map(({ id, fields }): Record<string, unknown> => ({ id, ...fields }));
  return { context, contacts: kind('contact'), policies: kind('policy'), rules: kind('rule') };
}

const POINTS = `apiVersion: 1
contactPoints:
  - orgId: 1
    name: ops
    receivers:
      - {uid: a, type: email, settings: {addresses: "a@example.org;b@example.org"}}
      - {uid: b, type: slack, settings: {url: "$SLACK_URL"}, disableResolveMessage: false}
      - {uid: c, type: pagerduty, settings: {integrationKey: "[REDACTED]"}}
      - {uid: d, type: opsgenie, settings: {apiKey: hush, apiUrl: "https://api.eu.opsgenie.com/v2/alerts"}}
      - {uid: e, type: telegram, settings: {bottoken: hush, chatid: "-100"}}
      - {uid: f, type: pushover, settings: {apiToken: hush, userKey: hush}}
      - {uid: g, type: LINE, settings: {token: hush}}
      - {uid: h, type: webhook, settings: {url: "https://x.example.org", username: x}}
  - {orgId: 1, name: kitchen, receivers: [{uid: i, type: discord, settings: {url: "https://hush"}}]}
muteTimes:
  - {orgId: 1, name: nights, time_intervals: [{times: [{start_time: "22:00", end_time: "24:00"}]}]}
policies:
  - orgId: 1
    receiver: ops
    group_by: [grafana_folder, alertname]
    routes:
      - {receiver: kitchen, object_matchers: [[grafana_folder, "=", Cold]], mute_time_intervals: [nights]}
      - {receiver: kitchen, object_matchers: [[a, "like", b]]}
`;
const query = (expr: string) =>
  `{refId: A, datasourceUid: prom, relativeTimeRange: {from: 600, to: 0}, model: {expr: ${JSON.stringify(expr)}}}`;
const RULES = `groups:
  - orgId: 1
    name: cold
    folder: Cold
    interval: 60s
    rules:
      - uid: r1
        title: Freezer too warm
        condition: C
        for: 5m
        labels: {severity: critical}
        annotations: {summary: "{{ $labels.instance }} at {{ $values.B.Value }}"}
        noDataState: Alerting
        data:
          - ${query('freezer_celsius{site="lyon"}')}
          - {refId: B, datasourceUid: __expr__, model: {type: reduce, reducer: last, expression: A}}
          - refId: C
            datasourceUid: __expr__
            model:
              type: threshold
              expression: B
              conditions: [{evaluator: {type: gt, params: [-15]}, unloadEvaluator: {type: lt, params: [-16]}}]
      - uid: r2
        title: Only the kitchen
        condition: B
        isPaused: true
        notification_settings: {receiver: kitchen}
        data:
          - ${query('a')}
          - {refId: B, datasourceUid: __expr__, model: {type: math, expression: "$A > 1 && $A < 5"}}
      - uid: r3
        title: From a table
        condition: A
        data: [{refId: A, datasourceUid: sql, model: {rawSql: select 1, datasource: {type: mysql}}}]
`;

test('contact points, rules, policies and mute timings of Grafana become what they are here', () => {
  const { context, contacts, policies, rules } = imported({
    'am.yaml': POINTS,
    'rules.yaml': RULES,
  });
  expect(contacts.map(({ id }) => id)).toEqual([
    ...['ops-email', 'ops-slack', 'ops-pagerduty', 'ops-opsgenie', 'ops-telegram', 'ops-pushover'],
    'kitchen',
  ]);
  expect(contacts.slice(1, 4)).toMatchObject([
    { settings: { url: { variable: 'SLACK_URL' } } },
    {
      settings: {
        routing_key: { variable: 'CONTACT_OPS_PAGERDUTY_ROUTING_KEY' },
      },
    },
    { settings: { region: 'eu' } },
  ]);
  expect(rules).toEqual([
    {
      id: 'Freezer-too-warm',
      name: { en: 'Freezer too warm' },
      message: { en: '{sensor} at {value}' },
      where: { labels: { site: 'lyon' } },
      when: { metric: 'temperature', above: [{ limit: -15 }], on_delay: '5m', deadband: 1 },
      severity: 'critical',
    },
    expect.objectContaining({
      id: 'Only-the-kitchen',
      when: { expression: '(a > 1) and (a < 5)' },
      enabled: false,
      policy: 'only-kitchen',
    }),
  ]);
  expect(policies).toMatchObject([
    {
      id: 'only-kitchen',
      match: { rules: ['Only-the-kitchen'] },
      steps: [{ contacts: ['kitchen'] }],
    },
    {
      id: 'kitchen',
      match: { rules: ['Freezer-too-warm', 'Only-the-kitchen'] },
      quiet_hours: [{ time_zone: 'UTC', windows: [{ from: '22:00', to: '24:00' }] }],
      group: { by: ['rule'], wait: '30s', interval: '5m' },
    },
    { id: 'ops', repeat: '4h' },
  ]);
  expect(context.draft.toYaml() + context.report.lines()).not.toContain('hush');
  expect(context.report.lines().filter((line) => line.includes(': left out: '))).toEqual([
    'am.yaml:12: contact point ops, line: left out: there is no channel for line',
    'am.yaml:13: contact point ops, webhook: left out: credentials: requests are signed (Standard Webhooks) instead',
    'rules.yaml:31: rule From a table: left out: its query is not PromQL but of mysql',
    'am.yaml:23: route to kitchen: left out: the matcher ["a","like","b"] cannot be read',
  ]);
});

test('policies that say what they are not for become exceptions, and the default has the rest', () => {
  const [points = ''] = POINTS.split('policies:');
  const { policies, context } = imported({
    'am.yaml': `${points}policies:
  - receiver: ops
    routes:
      - {receiver: kitchen, object_matchers: [[grafana_folder, "!=", Cold], [site, "!~", "lab|test"]]}
`,
    'rules.yaml': RULES,
  });
  const cold = { rules: ['Freezer-too-warm', 'Only-the-kitchen'] };
  const sites = ['lab', 'test'].map((site) => ({ labels: { site } }));
  expect(policies.slice(1)).toMatchObject([
    { id: 'kitchen', match: { not: [cold, ...sites] } },
    { id: 'ops', match: cold },
    { id: 'ops-2', match: sites[0] },
    { id: 'ops-3', match: sites[1] },
  ]);
  expect(context.report.lines().join('\n')).not.toContain('told as well');
});

const expression = (model: object, from = '{refId: A}') => {
  const [source] = sourcesOf({ f: from });
  return conditionExpression({
    condition: 'C',
    data: [
      { refId: 'A', relativeTimeRange: { from: 300, to: 0 }, model: { expr: 't{x="1"}' } },
      { refId: 'I', model: { expr: 'rate(t[5m])', instant: true } },
      {
        refId: 'R',
        datasourceUid: '__expr__',
        model: { type: 'reduce', reducer: 'mean', expression: 'A' },
      },
      { refId: 'C', datasourceUid: '__expr__', model: { ...(source!.value as object), ...model } },
    ],
  }).expr;
};
const threshold = (type: string, params: number[], on = 'R') =>
  expression({ type: 'threshold', expression: on, conditions: [{ evaluator: { type, params } }] });

test('thresholds, reducers and classic conditions become PromQL', () => {
  expect(threshold('gt', [3])).toBe('(avg_over_time(t{x="1"}[300s])) > 3');
  expect(threshold('lte', [3], 'I')).toBe('(rate(t[5m])) <= 3');
  expect(threshold('outside_range', [1, 2], 'A')).toBe('(t{x="1"}) < 1 or (t{x="1"}) > 2');
  expect(threshold('within_range', [1, 2], 'A')).toBe('(t{x="1"}) > 1 and (t{x="1"}) < 2');
  const classic = {
    type: 'classic_conditions',
    conditions: [
      {
        evaluator: { type: 'lt', params: [9] },
        query: { params: ['A'] },
        reducer: { type: 'max' },
      },
    ],
  };
  expect(expression(classic)).toBe('(max_over_time(t{x="1"}[300s])) < 9');
});

test.each([
  [{ type: 'resample', expression: 'A' }, 'type resample'],
  [{ type: 'math', expression: '$C > 1' }, 'in a circle'],
  [{ type: 'math', expression: '$X > 1' }, 'names X'],
  [{ type: 'reduce', reducer: 'sum', expression: 'A' }, 'the reducer sum'],
  [{ type: 'threshold', expression: 'A', conditions: [{ evaluator: { type: 'gt' } }] }, 'no limit'],
  [{ type: 'classic_conditions', conditions: [{}, {}] }, 'only where there is one'],
])('%j is refused with a reason', (model, reason) => {
  expect(() => expression(model)).toThrow(reason);
});

test('a file that Grafana did not export is left out', () => {
  const { context } = imported({ 'x.json': '{"dashboard": {}}' });
  expect(context.report.lines()[0]).toContain('left out: it has no contactPoints');
});
