import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RuleInput } from '#domain/rule.ts';
import { draftOf, EMPTY_RULE, ruleOf } from './rule-draft.ts';

const severity = fc.constantFrom('info' as const, 'warning' as const, 'critical' as const);
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const duration = fc.constantFrom('5m', '90s', '1h30m');
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const localized = fc.record({ en: word, fr: word });
const level = fc.record({ limit: number, severity }, { requiredKeys: ['limit'] });
const delays = { on_delay: duration, off_delay: duration };
const deadband = { deadband: fc.double({ min: 0, max: 1e6, noNaN: true }) };

const when = fc.oneof(
  fc.record(
    {
      metric: word,
      above: fc.array(level, { minLength: 1, maxLength: 3 }),
      ...deadband,
      ...delays,
    },
    { requiredKeys: ['metric', 'above'] },
  ),
  fc.record(
    {
      metric: word,
      below: fc.array(level, { minLength: 1, maxLength: 3 }),
      ...deadband,
      ...delays,
    },
    { requiredKeys: ['metric', 'below'] },
  ),
  fc.record(
    {
      metric: word,
      outside: fc.array(
        fc.record({ range: fc.tuple(number, number), severity }, { requiredKeys: ['range'] }),
        { minLength: 1, maxLength: 3 },
      ),
      ...deadband,
    },
    { requiredKeys: ['metric', 'outside'] },
  ),
  fc.record({ metric: word, change: fc.record({ by: number, within: duration }) }),
  fc.record({ silent: fc.oneof(duration, fc.constant('auto')) }),
  fc.record({
    metric: word,
    flat: fc.record({ for: duration, tolerance: number }, { requiredKeys: ['for'] }),
  }),
  fc.record({ metric: word, anomaly: fc.record({ sensitivity: fc.constantFrom('low', 'high') }) }),
  fc.record({
    metric: word,
    forecast: fc.record(
      { above: number, below: number, within: duration },
      { requiredKeys: ['within'] },
    ),
  }),
  fc.record({ calibration_due: duration }),
  fc.record({ expression: fc.constant('dew_point(temperature, humidity) > 18') }),
);

const rule = fc.record(
  {
    id: word,
    name: localized,
    where: fc.oneof(
      fc.record({ sensors: fc.array(word, { minLength: 1, maxLength: 3 }) }),
      fc.record({ labels: fc.dictionary(word, word, { minKeys: 1, maxKeys: 3 }) }),
    ),
    when,
    severity,
    instructions: localized,
    latch: fc.constant(true),
    re_alert: duration,
    schedule: fc.record({
      time_zone: fc.constant('Europe/Paris'),
      windows: fc.array(
        fc.record(
          {
            days: fc.constant(['mon', 'sun']),
            from: fc.constant('08:00'),
            to: fc.constant('24:00'),
          },
          { requiredKeys: ['from', 'to'] },
        ),
        { minLength: 1, maxLength: 2 },
      ),
    }),
    enabled: fc.boolean(),
  },
  { requiredKeys: ['when', 'enabled'] },
);

test('a rule that goes through the form comes out as it was', () => {
  fc.assert(
    fc.property(rule, (given) => {
      expect(ruleOf(draftOf(given as unknown as RuleInput))).toEqual(
        JSON.parse(JSON.stringify(given)),
      );
    }),
  );
});

test('a comma is a decimal point; fields of another kind of condition are not sent', () => {
  const draft = {
    ...EMPTY_RULE,
    metric: ' temperature ',
    levels: [{ limit: '-15,5', from: '1', to: '2', severity: '' as const }],
    expression: 'x > 1',
    changeBy: '3',
  };
  expect(ruleOf(draft)).toEqual({
    when: { metric: 'temperature', above: [{ limit: -15.5 }] },
    enabled: true,
  });
});
