import { expect, test } from 'vitest';
import { judgeQuality } from './judge-quality.ts';

const calm = {
  alerts_per_day: 20,
  alerts_per_hour: 0.8,
  alerts_per_ten_minutes: 0.1,
  worst_ten_minutes: 3,
  flood_share: 0,
  top_ten_share: 0.009,
  chattering: 0,
  stale: 0,
  critical_share: 0.05,
  warning_share: 0.15,
};
const judgements = (values: typeof calm, alerts = 1000) =>
  Object.fromEntries(judgeQuality(values, alerts).map(({ name, judgement }) => [name, judgement]));

test('a figure at its target is good, up to its most manageable, and too much beyond', () => {
  expect(new Set(Object.values(judgements(calm)))).toEqual(new Set(['good']));
  const busy = { ...calm, alerts_per_hour: 12, alerts_per_day: 301, chattering: 1, stale: 5 };
  expect(judgements(busy)).toMatchObject({
    alerts_per_hour: 'manageable',
    alerts_per_day: 'too_much',
    chattering: 'too_much',
    stale: 'too_much',
  });
});

test('shares of less than a hundred alerts are not judged', () => {
  const names = judgeQuality(calm, 99).map(({ name }) => name);
  expect(names).not.toContain('top_ten_share');
  expect(names).not.toContain('critical_share');
  expect(names).toContain('alerts_per_hour');
});
