import { expect, test } from 'vitest';
import { makeImportContext, sourcesOf } from '#test/support/import-context.ts';
import { SeverityNames } from '../config/severity.ts';
import { alertText } from './alert-text.ts';
import { importPrometheus } from './import-prometheus.ts';

const RULES = `groups:
  - name: cold
    labels: {team: kitchen}
    rules:
      - alert: FreezerTooWarm
        expr: freezer_celsius{site="lyon"} > -15
        for: 5m
        keep_firing_for: 2m
        labels: {severity: warn}
        annotations:
          summary: "{{ $labels.instance }} is at {{ $value | humanize }} °C in {{ $labels.room }}"
          description: Close the door.
          runbook_url: https://wiki.example.org/freezer
      - alert: FreezerTooWarm
        expr: freezer_celsius{site="lyon"} > -10
        labels: {severity: page}
      - record: site:freezer_celsius:avg
        expr: avg by (site) (freezer_celsius)
      - alert: Odd
        expr: x{site=~"lyon|brest"} > 1
        labels: {severity: chartreuse}
`;

test('alerting rules become rules with delays, severity, texts and sensors', () => {
  const context = makeImportContext({ metrics: { freezer_celsius: 'temperature' } });
  importPrometheus(sourcesOf({ 'rules.yml': RULES }), context);
  expect(context.draft.documents.map(({ id }) => id)).toEqual([
    'FreezerTooWarm',
    'FreezerTooWarm-page',
    'Odd',
    'Odd-chartreuse',
  ]);
  expect(context.draft.documents[0]!.fields).toEqual({
    name: { en: 'FreezerTooWarm' },
    message: { en: '{sensor} is at {value} °C in [room]' },
    instructions: { en: 'Close the door.\nhttps://wiki.example.org/freezer' },
    where: { labels: { site: 'lyon' } },
    when: {
      metric: 'temperature',
      above: [{ limit: -15 }],
      on_delay: '5m',
      off_delay: '2m',
    },
    severity: 'warning',
  });
  expect(context.draft.documents[1]!.fields).toMatchObject({ severity: 'critical' });
  expect(context.alerts.map(({ name, ruleIds }) => [name, ruleIds])).toEqual([
    ['FreezerTooWarm', ['FreezerTooWarm']],
    ['FreezerTooWarm', ['FreezerTooWarm-page']],
    ['Odd', ['Odd', 'Odd-chartreuse']],
  ]);
  expect(context.report.lines().map((line) => line.slice(0, 66))).toEqual(
    [
      'rules.yml:5: rule FreezerTooWarm: note: alerts carry the labels of ',
      'rules.yml:5: rule FreezerTooWarm: changed: no text here for {{ $la',
      'rules.yml:14: rule FreezerTooWarm: note: alerts carry the labels of',
      'rules.yml:17: rule site:freezer_celsius:avg: left out: a recording ',
      'rules.yml:19: rule Odd: changed: severity chartreuse is none of inf',
      'rules.yml:19: rule Odd: note: alerts carry the labels of their sens',
    ].map((line) => line.slice(0, 66)),
  );
});

test('a PrometheusRule of Kubernetes is read as its groups are, in the language that is said', () => {
  const context = makeImportContext({
    language: 'fr',
    severities: new SeverityNames({ grave: 'critical' }),
  });
  const text = `kind: PrometheusRule
spec:
  groups:
    - rules: [{alert: Chaud, expr: t > 8, labels: {severity: grave}}, {expr: t > 8}]
`;
  importPrometheus(sourcesOf({ 'rule.yaml': text }), context);
  expect(context.draft.documents).toMatchObject([
    { id: 'Chaud', fields: { name: { fr: 'Chaud' }, severity: 'critical' } },
  ]);
  expect(context.report.lines()).toEqual([
    'rule.yaml:4: rule ?: left out: it has no alert or no expr',
  ]);
});

test.each([
  ['{{ $labels.sensor_id }}: {{ printf "%.1f" $value }}', '{sensor}: {value}'],
  ['{{- .Labels.location -}} {{ $values.A.Value }}', '{location} {value}'],
  ['{{ with query "up" }}x{{ end }}', '…x…'],
])('the template %s is told as %s', (template, text) => {
  expect(alertText(template, { sensorLabels: ['sensor_id'] }).text).toBe(text);
});
