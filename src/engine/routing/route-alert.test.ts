import { describe, expect, test } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import { prepareRouting } from './prepare-routing.ts';
import { type RoutedChange, routeAlert } from './route-alert.ts';

const at = '2026-11-22T05:00:00.000Z';

function contact(id: string, fields: Partial<Contact> = {}): Contact {
  return {
    id,
    name: id,
    channel: 'email',
    settings: {},
    language: 'en',
    time_zone: 'UTC',
    enabled: true,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

function policy(id: string, contacts: string[], fields: Partial<Policy> = {}): Policy {
  return { id, steps: [{ contacts }], enabled: true, created_at: at, updated_at: at, ...fields };
}

const raised: RoutedChange = {
  type: 'raised',
  severity: 'warning',
  rule: { id: 'freezer-too-warm' },
  sensor: { id: 'freezer-3', labels: { site: 'lyon' } },
  atMs: 0,
};
const AT_ONCE = { notBeforeMs: null, groupKey: null };
const anne = contact('anne');
const hook = contact('hook', { channel: 'webhook' });
const zoe = contact('zoe');

function told(change: RoutedChange, policies: Policy[], contacts = [anne, hook, zoe]): string[] {
  const { targets } = routeAlert(change, prepareRouting(policies, contacts));
  return targets.map(({ contactId, policyId }) => `${contactId} by ${policyId}`);
}

describe('who is told', () => {
  test('every enabled contact is told where there is no policy, with their channel', () => {
    const routing = prepareRouting([], [anne, hook, contact('off', { enabled: false })]);
    expect(routeAlert(raised, routing)).toEqual({
      targets: [
        { contactId: 'anne', channel: 'email', policyId: null, step: null, hold: AT_ONCE },
        { contactId: 'hook', channel: 'webhook', policyId: null, step: null, hold: AT_ONCE },
      ],
      repeatMs: null,
      hasLaterSteps: false,
    });
  });

  test('nobody is told where there is nobody', () => {
    expect(routeAlert(raised, prepareRouting([], []))).toMatchObject({
      targets: [],
      repeatMs: null,
    });
  });

  test('the policy that the rule names goes before every match', () => {
    const named = { ...raised, rule: { id: 'r', policy: 'cold-chain' } };
    const policies = [
      policy('cold-chain', ['anne'], { match: { severity: ['critical'] } }),
      policy('all', ['zoe']),
    ];
    expect(told(named, policies)).toEqual(['anne by cold-chain']);
  });

  test('every policy that fits tells its contacts, and an empty match fits every alert', () => {
    const policies = [
      policy('a', ['anne'], { match: { labels: { site: 'lyon' }, sensors: ['freezer-*'] } }),
      policy('b', ['hook'], { match: {} }),
      policy('c', ['zoe'], { match: { severity: ['critical'] } }),
    ];
    expect(told(raised, policies)).toEqual(['anne by a', 'hook by b']);
  });

  test('everybody is told where policies exist and none fits', () => {
    const policies = [policy('a', ['anne'], { match: { rules: ['other'] } })];
    expect(told(raised, policies)).toEqual(['anne by null', 'hook by null', 'zoe by null']);
  });

  test('a contact that two policies name is told once, by the one that repeats', () => {
    const policies = [policy('a', ['anne']), policy('b', ['anne'], { repeat: '4h' })];
    expect(told(raised, policies)).toEqual(['anne by b']);
  });

  test.each([
    ['gone', []],
    ['disabled', [policy('cold-chain', ['zoe'], { enabled: false })]],
    ['left with disabled contacts only', [policy('cold-chain', ['off'])]],
    ['left with unknown contacts only', [policy('cold-chain', ['nobody'])]],
    ['without contacts', [policy('cold-chain', [])]],
  ])('a named policy that is %s falls back to those that fit, then to everybody', (_, policies) => {
    const named = { ...raised, rule: { id: 'r', policy: 'cold-chain' } };
    const contacts = [anne, contact('off', { enabled: false })];
    expect(told(named, [...policies, policy('all', ['anne'])], contacts)).toEqual(['anne by all']);
    expect(told(named, policies, contacts)).toEqual(['anne by null']);
  });

  describe('of several steps', () => {
    const steps = [{ contacts: ['anne'] }, { after: '10m', contacts: ['hook'] }];

    test('only the first is told, and the next is due after its time', () => {
      const routing = prepareRouting([policy('a', [], { steps, repeat: '4h' })], [anne, hook]);
      expect(routeAlert(raised, routing)).toEqual({
        targets: [{ contactId: 'anne', channel: 'email', policyId: 'a', step: 0, hold: AT_ONCE }],
        repeatMs: 600_000,
        hasLaterSteps: true,
      });
    });

    test('one that reaches nobody is passed over at once', () => {
      const routing = prepareRouting([policy('a', [], { steps })], [hook]);
      const { targets, repeatMs } = routeAlert(raised, routing);
      expect(targets).toMatchObject([{ contactId: 'hook', step: 1 }]);
      expect(repeatMs).toBeNull();
      // Who was told by a later step, and hears that it is over, is known to the ledger.
      expect(routeAlert({ ...raised, type: 'cleared' }, routing).targets).toEqual([]);
    });

    test('a first one that waits tells nobody yet', () => {
      const waiting = [policy('a', [], { steps: [{ after: '5m', contacts: ['anne'] }] })];
      const routing = prepareRouting(waiting, [anne]);
      expect(routeAlert(raised, routing)).toEqual({
        targets: [],
        repeatMs: 300_000,
        hasLaterSteps: true,
      });
      expect(routeAlert({ ...raised, type: 'cleared' }, routing).targets).toEqual([]);
    });
  });
});

describe('what is told', () => {
  const change = (type: RoutedChange['type'], fields: Partial<RoutedChange> = {}) => ({
    ...raised,
    type,
    ...fields,
  });

  test.each([
    ['raised', true],
    ['escalated', true],
    ['cleared', true],
    ['acknowledged', false],
  ] as const)('without `on`, %s is told: %s', (type, isTold) => {
    expect(told(change(type), [policy('a', ['anne'])])).toEqual(isTold ? ['anne by a'] : []);
    expect(told(change(type), [], [anne])).toEqual(isTold ? ['anne by null'] : []);
  });

  test('without `on`, a rise of the severity is told and a fall is not', () => {
    const rise = change('severity_changed', { severity: 'critical', previousSeverity: 'warning' });
    const fall = change('severity_changed', { severity: 'warning', previousSeverity: 'critical' });
    expect(told(rise, [policy('a', ['anne'])])).toEqual(['anne by a']);
    expect(told(fall, [policy('a', ['anne'])])).toEqual([]);
  });

  test('with `on`, exactly what it lists is told, and nobody else instead', () => {
    const policies = [policy('a', ['anne'], { on: ['severity_changed'] })];
    const fall = change('severity_changed', { severity: 'warning', previousSeverity: 'critical' });
    expect(told(fall, policies)).toEqual(['anne by a']);
    expect(told(raised, policies)).toEqual([]);
  });

  test('who was told of the highest severity also hears that the alert cleared', () => {
    const policies = [
      policy('critical', ['anne'], { match: { severity: ['critical'] } }),
      policy('warning', ['zoe'], { match: { severity: ['warning'] } }),
    ];
    const cleared = change('cleared', { highestSeverity: 'critical' });
    expect(told(cleared, policies)).toEqual(['zoe by warning', 'anne by critical']);
    expect(told(change('cleared'), policies)).toEqual(['zoe by warning']);
  });
});

describe('repeatMs', () => {
  const repeating = [
    policy('a', ['anne'], { repeat: '4h' }),
    policy('b', ['zoe'], { repeat: '1h' }),
  ];

  test('is the shortest of the policies that tell', () => {
    expect(routeAlert(raised, prepareRouting(repeating, [anne, zoe])).repeatMs).toBe(3_600_000);
    expect(routeAlert(raised, prepareRouting(repeating, [anne])).repeatMs).toBe(14_400_000);
  });

  test('is null for what asks for no action, and for a repeat of nothing', () => {
    const routing = prepareRouting(repeating, [anne, zoe]);
    expect(routeAlert({ ...raised, type: 'cleared' }, routing).repeatMs).toBeNull();
    const never = prepareRouting([policy('a', ['anne'], { repeat: '0s' })], [anne]);
    expect(routeAlert(raised, never).repeatMs).toBeNull();
  });
});
