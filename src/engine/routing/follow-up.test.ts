import { describe, expect, test } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import { followUp, type ToldContact } from './follow-up.ts';
import { prepareRouting } from './prepare-routing.ts';

const at = '2026-11-22T05:00:00.000Z';
const MINUTE = 60_000;
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
const policy = (id: string, fields: Partial<Policy>): Policy => ({
  id,
  steps: [],
  enabled: true,
  created_at: at,
  updated_at: at,
  ...fields,
});
const told = (contactId: string, fields: Partial<ToldContact> = {}): ToldContact => ({
  contactId,
  policyId: 'p',
  step: 0,
  firstToldMs: 0,
  lastToldMs: fields.firstToldMs ?? 0,
  ...fields,
});

const alert = { severity: 'warning', rule: { id: 'r' }, sensor: { id: 's', labels: {} } } as const;

function ask(
  ledger: ToldContact[],
  {
    policies,
    contacts = ['anne', 'zoe', 'boss'].map((id) => contact(id)),
    nowMs,
  }: {
    policies: Policy[];
    contacts?: Contact[];
    nowMs: number;
  },
) {
  const routing = prepareRouting(policies, contacts);
  const answer = followUp(ledger, {
    routing,
    alert,
    sinceMs: 0,
    nowMs,
  });
  return {
    told: answer.targets.map(({ contactId, step, as }) => `${contactId} ${step} ${as}`),
    nextMs: answer.nextMs,
  };
}

describe('repeats', () => {
  test('each policy tells again at its own pace', () => {
    const policies = [
      policy('fast', { steps: [{ contacts: ['anne'] }], repeat: '1h' }),
      policy('slow', { steps: [{ contacts: ['zoe'] }], repeat: '4h' }),
    ];
    const ledger = [
      told('anne', { policyId: 'fast', lastToldMs: 2 * HOUR }),
      told('zoe', { policyId: 'slow' }),
    ];
    expect(ask(ledger, { policies, nowMs: 3 * HOUR })).toEqual({
      told: ['anne 0 repeat'],
      nextMs: 4 * HOUR,
    });
    expect(ask(ledger, { policies, nowMs: 4 * HOUR })).toEqual({
      told: ['anne 0 repeat', 'zoe 0 repeat'],
      nextMs: 5 * HOUR,
    });
  });

  test('who has left the policy is left in peace, and who has come is told', () => {
    const policies = [policy('p', { steps: [{ contacts: ['zoe', 'off'] }], repeat: '1h' })];
    const contacts = [contact('anne'), contact('zoe'), contact('off', false)];
    expect(ask([told('anne')], { policies, contacts, nowMs: HOUR }).told).toEqual(['zoe 0 repeat']);
  });

  test.each([
    ['is gone', []],
    ['no longer repeats', [policy('p', { steps: [{ contacts: ['anne'] }] })]],
  ])('a policy that %s ends them', (_, policies) => {
    const ledger = [told('anne'), told('anne', { policyId: null, step: null })];
    expect(ask(ledger, { policies, nowMs: HOUR })).toEqual({ told: [], nextMs: null });
  });

  test('tell everybody whom the steps so far name', () => {
    const steps = [{ contacts: ['anne'] }, { after: '10m', contacts: ['boss'] }];
    const policies = [policy('p', { steps, repeat: '1h' })];
    const ledger = [told('anne'), told('boss', { step: 1, firstToldMs: 10 * MINUTE })];
    expect(ask(ledger, { policies, nowMs: 70 * MINUTE })).toEqual({
      told: ['anne 0 repeat', 'boss 1 repeat'],
      nextMs: 130 * MINUTE,
    });
  });
});

describe('the next step', () => {
  const steps = [
    { contacts: ['anne'] },
    { after: '10m', contacts: ['zoe'] },
    { after: '5m', contacts: ['boss'] },
  ];
  const policies = [policy('p', { steps })];

  test('is told after its time, counted from when the step before was told', () => {
    const first = [told('anne')];
    expect(ask(first, { policies, nowMs: 10 * MINUTE - 1 })).toEqual({
      told: [],
      nextMs: 10 * MINUTE,
    });
    expect(ask(first, { policies, nowMs: 12 * MINUTE })).toEqual({
      told: ['zoe 1 escalated'],
      nextMs: 17 * MINUTE,
    });
    const second = [...first, told('zoe', { step: 1, firstToldMs: 12 * MINUTE })];
    expect(ask(second, { policies, nowMs: 17 * MINUTE })).toEqual({
      told: ['boss 2 escalated'],
      nextMs: null,
    });
  });

  test('is told one at a time, however late it is', () => {
    expect(ask([told('anne')], { policies, nowMs: 1000 * HOUR })).toEqual({
      told: ['zoe 1 escalated'],
      nextMs: 1000 * HOUR + 5 * MINUTE,
    });
  });

  test('that reaches nobody is passed over at once', () => {
    const contacts = [contact('anne'), contact('zoe', false), contact('boss')];
    expect(ask([told('anne')], { policies, contacts, nowMs: 10 * MINUTE }).told).toEqual([
      'boss 2 escalated',
    ]);
  });

  test('that reaches nobody, when none is left, is looked at again', () => {
    const contacts = [contact('anne')];
    expect(ask([told('anne')], { policies, contacts, nowMs: 10 * MINUTE })).toEqual({
      told: [],
      nextMs: 11 * MINUTE,
    });
  });

  test('comes before a repeat, and the repeat of others goes on', () => {
    const repeating = [policy('p', { steps: steps.slice(0, 2), repeat: '10m' })];
    expect(ask([told('anne')], { policies: repeating, nowMs: 10 * MINUTE })).toEqual({
      told: ['zoe 1 escalated'],
      nextMs: 20 * MINUTE,
    });
  });

  test('follows the policy as it is now', () => {
    const shorter = [policy('p', { steps: steps.slice(0, 1) })];
    const ledger = [told('anne'), told('zoe', { step: 1, firstToldMs: 10 * MINUTE })];
    expect(ask(ledger, { policies: shorter, nowMs: HOUR })).toEqual({ told: [], nextMs: null });
    const sooner = [policy('p', { steps: [steps[0]!, { after: '1m', contacts: ['boss'] }] })];
    expect(ask([told('anne')], { policies: sooner, nowMs: MINUTE }).told).toEqual([
      'boss 1 escalated',
    ]);
  });
});

describe('a first step that waits', () => {
  const steps = [{ after: '5m', contacts: ['anne'] }];

  test('is told once its time is over, as raised', () => {
    const policies = [policy('p', { steps, repeat: '1h' })];
    expect(ask([], { policies, nowMs: 4 * MINUTE })).toEqual({ told: [], nextMs: 5 * MINUTE });
    expect(ask([], { policies, nowMs: 5 * MINUTE })).toEqual({
      told: ['anne 0 raised'],
      nextMs: 65 * MINUTE,
    });
  });

  test('is not told where the alert does not fit the policy', () => {
    const policies = [policy('p', { steps, match: { severity: ['critical'] } })];
    expect(ask([], { policies, nowMs: HOUR })).toEqual({ told: [], nextMs: null });
  });
});

test('a step tells whoever is on call at that moment, and nobody on call is passed over', () => {
  const onCall = {
    id: 'night',
    time_zone: 'UTC',
    starts_at: '1970-01-01T00:20:00Z',
    shift: '1h',
    contacts: ['zoe', 'anne'],
    created_at: at,
    updated_at: at,
  };
  const steps = [
    { contacts: ['anne'] },
    { after: '10m', on_call: ['night'] },
    { after: '1m', contacts: ['boss'] },
  ];
  const contacts = ['anne', 'zoe', 'boss'].map((id) => contact(id));
  const routing = prepareRouting([policy('p', { steps })], contacts, [onCall]);
  const ask = (nowMs: number) =>
    followUp([told('anne')], { routing, alert, sinceMs: 0, nowMs }).targets;
  expect(ask(10 * MINUTE)).toMatchObject([{ contactId: 'boss', step: 2 }]);
  expect(ask(30 * MINUTE)).toMatchObject([{ contactId: 'zoe', step: 1, as: 'escalated' }]);
  expect(ask(90 * MINUTE)).toMatchObject([{ contactId: 'anne', step: 1 }]);
});
