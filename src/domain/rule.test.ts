import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { type Condition, conditionKind, RuleInput } from './rule.ts';

const DESIGN = {
  id: 'freezer-too-warm',
  name: { en: 'Freezer too warm', fr: 'Congélateur trop chaud' },
  where: { sensors: ['freezer-*'], labels: { site: 'lyon' } },
  when: {
    metric: 'temperature',
    above: [
      { limit: -15, severity: 'warning' },
      { limit: -10, severity: 'critical' },
    ],
    deadband: 0.5,
    on_delay: '5m',
    off_delay: '1m',
  },
  severity: 'warning',
  message: { en: '…', fr: '…' },
  instructions: { en: '…', fr: '…' },
  latch: false,
  schedule: {
    time_zone: 'Europe/Paris',
    windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }],
  },
  policy: 'cold-chain',
  enabled: true,
};
const isValid = (input: unknown) => Value.Check(RuleInput, input);
const KINDS: [string, unknown][] = [
  ['above', { metric: 'temperature', above: [{ limit: -15 }] }],
  ['below', { metric: 'temperature', below: [{ limit: 2 }], deadband: 0 }],
  ['outside', { metric: 'temperature', outside: [{ range: [2, 8], severity: 'info' }] }],
  ['change', { metric: 'temperature', change: { by: 5, within: '10m' } }],
  ['silent', { silent: '15m' }],
  ['silent', { silent: 'auto' }],
  ['flat', { metric: 'temperature', flat: { for: '1h', tolerance: 0.01 } }],
  ['anomaly', { metric: 'temperature', anomaly: { sensitivity: 'medium' } }],
  ['forecast', { metric: 'temperature', forecast: { above: 8, within: '30m' } }],
  ['calibration_due', { calibration_due: '14d' }],
  ['expression', { expression: 'dew_point(temperature, humidity) > 18' }],
];

describe('RuleInput', () => {
  test('takes the rule of the contract', () => {
    expect(isValid(DESIGN)).toBe(true);
  });

  test.each(KINDS)('takes the condition %s, with delays, and knows its kind', (kind, when) => {
    const delayed = { ...(when as object), on_delay: '90s', off_delay: '1h30m' };
    expect(isValid({ when: delayed })).toBe(true);
    expect(conditionKind(when as Condition)).toBe(kind);
  });

  test.each<[string, unknown]>([
    ['no condition', {}],
    ['an empty condition', { when: {} }],
    [
      'two conditions in one',
      { when: { metric: 'm', above: [{ limit: 1 }], below: [{ limit: 0 }] } },
    ],
    ['no levels', { when: { metric: 'm', above: [] } }],
    ['a limit in quotes', { when: { metric: 'm', above: [{ limit: '5' }] } }],
    ['a limit that is not finite', { when: { metric: 'm', above: [{ limit: Infinity }] } }],
    ['a range of three', { when: { metric: 'm', outside: [{ range: [1, 2, 3] }] } }],
    ['a negative deadband', { when: { metric: 'm', above: [{ limit: 1 }], deadband: -1 } }],
    ['a deadband where none belongs', { when: { silent: '5m', deadband: 1 } }],
    ['a change of nothing', { when: { metric: 'm', change: { by: 0, within: '1m' } } }],
    ['a duration without a unit', { when: { silent: '15' } }],
    ['a delay that is a number', { when: { silent: '15m', on_delay: 5 } }],
    ['an unknown field', { ...DESIGN, colour: 'red' }],
    ['a field that is misspelt', { when: { metric: 'm', above: [{ limit: 1 }], ondelay: '5m' } }],
    ['an unknown severity', { ...DESIGN, severity: 'fatal' }],
    ['an id with a slash', { ...DESIGN, id: 'a/b' }],
    ['a metric with a space', { when: { metric: 'a b', above: [{ limit: 1 }] } }],
    ['a text without a language', { ...DESIGN, name: {} }],
    ['a time of day past 24:00', withWindow({ from: '08:00', to: '24:01' })],
    ['an unknown day', withWindow({ days: ['lundi'], from: '08:00', to: '18:00' })],
    ['a schedule without windows', { ...DESIGN, schedule: { time_zone: 'UTC', windows: [] } }],
    ['an endless expression', { when: { expression: `x > ${'1'.repeat(1000)}` } }],
  ])('refuses %s', (_name, input) => {
    expect(isValid(input)).toBe(false);
  });
});

describe('conditionKind', () => {
  test('throws on what is no condition', () => {
    expect(() => conditionKind({ metric: 'm' } as unknown as Condition)).toThrow(TypeError);
  });
});

function withWindow(window: unknown): unknown {
  return { ...DESIGN, schedule: { time_zone: 'Europe/Paris', windows: [window] } };
}
