import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import { type HoldFacts, holdOf } from './hold.ts';

const at = '2026-11-22T05:00:00.000Z';
const ms = (text: string) => Date.parse(text);
const anne: Contact = {
  id: 'anne',
  name: 'Anne',
  channel: 'email',
  settings: {},
  language: 'en',
  time_zone: 'Europe/Paris',
  enabled: true,
  created_at: at,
  updated_at: at,
};
const policyOf = (fields: Partial<Policy> = {}): Policy => ({
  id: 'p',
  steps: [{ contacts: ['anne'] }],
  enabled: true,
  created_at: at,
  updated_at: at,
  ...fields,
});
const nights = {
  time_zone: 'Europe/Paris',
  windows: [{ from: '22:00', to: '07:00' }],
};
const hold = (time: string, fields: Partial<HoldFacts> = {}) => {
  const { notBeforeMs, groupKey } = holdOf({
    contact: anne,
    policy: undefined,
    type: 'raised',
    severity: 'warning',
    ruleId: 'too-warm',
    sensor: { id: 'freezer-3', location: 'lyon/kitchen', labels: { site: 'lyon' } },
    atMs: ms(time),
    ...fields,
  });
  return {
    until: notBeforeMs === null ? null : new Date(notBeforeMs).toISOString(),
    key: groupKey === null ? null : JSON.parse(groupKey),
  };
};

test('without a wish of anybody, it is told at once, by itself', () => {
  expect(hold(at)).toEqual({ until: null, key: null });
  expect(hold(at, { policy: policyOf() })).toEqual({ until: null, key: null });
});

describe('quiet hours', () => {
  const quiet = { ...anne, quiet_hours: [{ ...nights, except: ['critical' as const] }] };

  test('hold until their end on the wall clock, in summer, in winter and on the nights between', () => {
    const until = (time: string) => hold(time, { contact: quiet }).until;
    expect(until('2026-11-22T23:30:00+01:00')).toBe('2026-11-23T06:00:00.000Z');
    expect(until('2026-07-01T03:00:00+02:00')).toBe('2026-07-01T05:00:00.000Z');
    expect(until('2026-03-29T00:30:00+01:00')).toBe('2026-03-29T05:00:00.000Z');
    expect(until('2026-10-25T00:30:00+02:00')).toBe('2026-10-25T06:00:00.000Z');
    expect(until('2026-11-22T12:00:00+01:00')).toBeNull();
  });

  test('let through what they except, and that it is over where it was once that bad', () => {
    const night = '2026-11-22T23:30:00+01:00';
    expect(hold(night, { contact: quiet, severity: 'critical' }).until).toBeNull();
    const over = { contact: quiet, type: 'cleared', severity: 'warning' } as const;
    expect(hold(night, { ...over, highestSeverity: 'critical' }).until).toBeNull();
    expect(hold(night, over).until).toBe('2026-11-23T06:00:00.000Z');
  });

  test('of the policy and of the contact that follow each other are one', () => {
    const early = { time_zone: 'Europe/Paris', windows: [{ from: '06:30', to: '09:00' }] };
    const policy = policyOf({ quiet_hours: [early] });
    const told = hold('2026-11-22T23:30:00+01:00', { contact: quiet, policy });
    expect(told).toEqual({ until: '2026-11-23T08:00:00.000Z', key: ['quiet', 'p'] });
  });

  test('that never end hold nothing for ever', () => {
    const always = { time_zone: 'UTC', windows: [{ from: '00:00', to: '24:00' }] };
    expect(hold(at, { contact: { ...anne, quiet_hours: [always] } }).until).not.toBeNull();
  });

  test('whatever the time, what is held is let go outside of them', () => {
    const zones = fc.constantFrom('Europe/Paris', 'America/New_York', 'Australia/Lord_Howe');
    const clock = fc
      .integer({ min: 0, max: 23 })
      .map((hour) => `${String(hour).padStart(2, '0')}:15`);
    const minutes = fc.integer({ min: 0, max: 366 * 24 * 60 });
    fc.assert(
      fc.property(zones, fc.tuple(clock, clock), minutes, (time_zone, [from, to], minute) => {
        fc.pre(from !== to);
        const contact = { ...anne, quiet_hours: [{ time_zone, windows: [{ from, to }] }] };
        const time = new Date(ms('2026-01-01T00:00:00Z') + minute * 60_000).toISOString();
        const { until } = hold(time, { contact });
        if (until === null) return;
        expect(ms(until)).toBeGreaterThan(ms(time));
        expect(hold(until, { contact }).until).toBeNull();
      }),
    );
  });
});

test('a policy that groups waits for others of the same values', () => {
  const policy = policyOf({
    group: { by: ['label:site', 'label:floor', 'rule', 'location'], wait: '1m' },
  });
  expect(hold('2026-11-22T05:00:00Z', { policy })).toEqual({
    until: '2026-11-22T05:01:00.000Z',
    key: ['group', 'p', 'lyon', '', 'too-warm', 'lyon/kitchen'],
  });
  const usual = hold('2026-11-22T05:00:00Z', { policy: policyOf({ group: { by: [] } }) });
  expect(usual).toEqual({ until: '2026-11-22T05:00:30.000Z', key: ['group', 'p'] });
});
