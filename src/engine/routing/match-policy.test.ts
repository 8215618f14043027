import { expect, test } from 'vitest';
import { policyMatcher } from './match-policy.ts';

const facts = {
  severity: 'warning',
  ruleId: 'r1',
  sensorId: 'lyon:freezer-3',
  location: 'lyon/kitchen',
  labels: { site: 'lyon', floor: '2' },
} as const;

test.each([
  ['nothing', undefined, true],
  ['an empty match', {}, true],
  ['empty lists', { severity: [], rules: [], sensors: [], labels: {} }, true],
  ['one of its severities', { severity: ['critical', 'warning'] }, true],
  ['another severity', { severity: ['critical'] }, false],
  ['one of its rules', { rules: ['r2', 'r1'] }, true],
  ['another rule', { rules: ['r2'] }, false],
  ['all of its labels', { labels: { site: 'lyon', floor: '2' } }, true],
  ['one label that differs', { labels: { site: 'lyon', floor: '3' } }, false],
  ['a label that the sensor lacks', { labels: { constructor: '' } }, false],
  ['one of its sensor patterns', { sensors: ['paris:*', 'lyon:freezer-?'] }, true],
  ['one of its location patterns', { locations: ['paris/*', 'lyon/*'] }, true],
  ['another location', { locations: ['lyon'] }, false],
  ['a pattern that covers a part', { sensors: ['freezer'] }, false],
  ['a pattern with the signs of a regular expression', { sensors: ['lyon.freezer-3'] }, false],
] as const)('a policy that asks for %s fits: %s', (_, match, fits) => {
  expect(policyMatcher(match as Parameters<typeof policyMatcher>[0])(facts)).toBe(fits);
});

test('a pattern of many stars is decided at once', () => {
  const sensors = [`${'*a'.repeat(50)}b`];
  expect(policyMatcher({ sensors })({ ...facts, sensorId: 'a'.repeat(200) })).toBe(false);
});
