import { expect, test } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import { prepareRouting } from './route-alert.ts';
import { routeRepeat } from './route-repeat.ts';

const at = '2026-11-22T05:00:00.000Z';
const HOUR = 3_600_000;

const contact = (id: string, enabled = true): Contact => ({
  id,
  name: id,
  channel: 'email',
  settings: {},
  language: 'en',
  time_zone: 'UTC',
  enabled,
  created_at: at,
  updated_at: at,
});
const policy = (id: string, contacts: string[], repeat?: string): Policy => ({
  id,
  steps: [{ contacts }],
  enabled: true,
  created_at: at,
  updated_at: at,
  ...(repeat === undefined ? {} : { repeat }),
});

test('each policy tells again at its own pace', () => {
  const policies = [policy('fast', ['anne'], '1h'), policy('slow', ['zoe'], '4h')];
  const routing = prepareRouting(policies, [contact('anne'), contact('zoe')]);
  const told = [
    { contactId: 'anne', policyId: 'fast', lastToldMs: 0 },
    { contactId: 'anne', policyId: 'fast', lastToldMs: 2 * HOUR },
    { contactId: 'zoe', policyId: 'slow', lastToldMs: 0 },
  ];
  expect(routeRepeat(told, { routing, nowMs: 3 * HOUR })).toEqual({
    targets: [{ contactId: 'anne', channel: 'email', policyId: 'fast' }],
    nextRepeatMs: 4 * HOUR,
  });
  const both = routeRepeat(told, { routing, nowMs: 4 * HOUR });
  expect(both.targets.map((target) => target.contactId)).toEqual(['anne', 'zoe']);
  expect(both.nextRepeatMs).toBe(5 * HOUR);
});

test('who has left the policy is left in peace, and who has come is told', () => {
  const routing = prepareRouting(
    [policy('p', ['zoe', 'off'], '1h')],
    [contact('anne'), contact('zoe'), contact('off', false)],
  );
  const told = [{ contactId: 'anne', policyId: 'p', lastToldMs: 0 }];
  const { targets } = routeRepeat(told, { routing, nowMs: HOUR });
  expect(targets.map((target) => target.contactId)).toEqual(['zoe']);
});

test.each([
  ['is gone', []],
  ['no longer repeats', [policy('p', ['anne'])]],
])('a policy that %s ends the repeats', (_, policies) => {
  const routing = prepareRouting(policies, [contact('anne')]);
  const told = [
    { contactId: 'anne', policyId: 'p', lastToldMs: 0 },
    { contactId: 'anne', policyId: null, lastToldMs: 0 },
  ];
  expect(routeRepeat(told, { routing, nowMs: HOUR })).toEqual({ targets: [], nextRepeatMs: null });
});
