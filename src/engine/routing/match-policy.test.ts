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
  ['all but another site', { not: [{ labels: { site: 'lab' } }] }, true],
  ['all but its site', { not: [{ labels: { site: 'lyon' } }] }, false],
  ['all but a label that it lacks', { not: [{ labels: { rack: '' } }] }, true],
  ['all but any of its rules', { not: [{ rules: ['r2', 'r1'] }] }, false],
  ['all but its severity', { not: [{ severity: ['info', 'warning'] }] }, false],
  ['all but its sensor', { not: [{ sensors: ['lyon:*'] }] }, false],
  ['all but its place', { not: [{ locations: ['lyon/*'] }] }, false],
  ['all but its rule elsewhere', { not: [{ rules: ['r1'], labels: { site: 'lab' } }] }, true],
  ['all but its rule here', { not: [{ rules: ['r1'], labels: { site: 'lyon' } }] }, false],
  ['all but two, one of them it', { not: [{ rules: ['r2'] }, { labels: { floor: '2' } }] }, false],
  ['all but two others', { not: [{ rules: ['r2'] }, { labels: { floor: '3' } }] }, true],
  ['its rule, but not its floor', { rules: ['r1'], not: [{ labels: { floor: '2' } }] }, false],
  [
    'another rule, and not another floor',
    { rules: ['r2'], not: [{ labels: { floor: '3' } }] },
    false,
  ],
  ['a pattern that covers a part', { sensors: ['freezer'] }, false],
  ['a pattern with the signs of a regular expression', { sensors: ['lyon.freezer-3'] }, false],
] as const)('a policy that asks for %s fits: %s', (_, match, fits) => {
  expect(policyMatcher(match as Parameters<typeof policyMatcher>[0])(facts)).toBe(fits);
});

test('a pattern of many stars is decided at once', () => {
  const sensors = [`${'*a'.repeat(50)}b`];
  expect(policyMatcher({ sensors })({ ...facts, sensorId: 'a'.repeat(200) })).toBe(false);
});

test('a sensor without a place is in none of the places that are left out', () => {
  const match = { not: [{ locations: ['lab/*'] }] };
  expect(policyMatcher(match)({ ...facts, location: null })).toBe(true);
});
