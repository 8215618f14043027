import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OnCall } from '#domain/on-call.ts';
import { Rotation } from './rotation.ts';

const onCall = (fields: Partial<OnCall> = {}): OnCall => ({
  id: 'night',
  time_zone: 'Europe/Paris',
  starts_at: '2026-03-23T08:00:00+01:00',
  shift: '1w',
  contacts: ['anne', 'bob', 'carl'],
  created_at: '',
  updated_at: '',
  ...fields,
});
const ms = (text: string) => Date.parse(text);
const who = (rotation: Rotation, text: string) => rotation.at(ms(text)).contactId;

describe('a weekly rotation', () => {
  const rotation = new Rotation(onCall());

  test('hands over at the same local time through summer time and back', () => {
    // Clocks go forward on 29 March and back on 25 October 2026.
    expect(who(rotation, '2026-03-30T07:59:59+02:00')).toBe('anne');
    expect(who(rotation, '2026-03-30T08:00:00+02:00')).toBe('bob');
    expect(rotation.at(ms('2026-10-24T12:00:00Z')).untilMs).toBe(ms('2026-10-26T08:00:00+01:00'));
    expect(rotation.handovers(ms('2026-03-25T00:00:00Z'), 3)).toEqual([
      { atMs: ms('2026-03-30T08:00:00+02:00'), contactId: 'bob' },
      { atMs: ms('2026-04-06T08:00:00+02:00'), contactId: 'carl' },
      { atMs: ms('2026-04-13T08:00:00+02:00'), contactId: 'anne' },
    ]);
  });

  test('has nobody on call before it begins', () => {
    expect(rotation.at(ms('2026-03-23T06:59:59Z'))).toMatchObject({
      contactId: null,
      untilMs: ms('2026-03-23T07:00:00Z'),
    });
    expect(rotation.handovers(ms('2026-03-01T00:00:00Z'), 1)).toEqual([
      { atMs: ms('2026-03-23T07:00:00Z'), contactId: 'anne' },
    ]);
  });
});

test('an override stands in for as long as it lasts, the last one listed first', () => {
  const rotation = new Rotation(
    onCall({
      overrides: [
        { from: '2026-03-24T00:00:00Z', to: '2026-03-26T00:00:00Z', contact: 'zoe' },
        { from: '2026-03-25T00:00:00Z', to: '2026-03-25T12:00:00Z', contact: 'bob' },
      ],
    }),
  );
  expect(rotation.handovers(ms('2026-03-23T12:00:00Z'), 4)).toEqual([
    { atMs: ms('2026-03-24T00:00:00Z'), contactId: 'zoe' },
    { atMs: ms('2026-03-25T00:00:00Z'), contactId: 'bob' },
    { atMs: ms('2026-03-25T12:00:00Z'), contactId: 'zoe' },
    { atMs: ms('2026-03-26T00:00:00Z'), contactId: 'anne' },
  ]);
});

test('a handover that the clock skips falls on the skip, and one that it shows twice on the first', () => {
  const rotation = new Rotation(
    onCall({ starts_at: '2026-03-28T02:30:00+01:00', shift: '1d', contacts: ['anne', 'bob'] }),
  );
  expect(rotation.at(ms('2026-03-28T12:00:00Z')).untilMs).toBe(ms('2026-03-29T03:00:00+02:00'));
  expect(rotation.at(ms('2026-10-24T12:00:00Z')).untilMs).toBe(ms('2026-10-25T02:30:00+02:00'));
});

test('at every moment somebody is on call, duties adjoin, and the cache changes no answer', () => {
  const rotations = fc.record({
    zone: fc.constantFrom('Europe/Paris', 'America/St_Johns', 'Australia/Lord_Howe', 'UTC'),
    shift: fc.constantFrom('8h', '12h', '1d', '1w'),
    hour: fc.integer({ min: 0, max: 23 }),
    contacts: fc.integer({ min: 1, max: 4 }),
  });
  const times = fc.array(fc.integer({ min: 0, max: 400 * 24 * 60 }), { minLength: 1 });
  fc.assert(
    fc.property(rotations, times, ({ zone, shift, hour, contacts }, minutes) => {
      const startMs = ms('2026-01-05T00:00:00Z') + hour * 3_600_000;
      const fields = onCall({
        time_zone: zone,
        shift,
        starts_at: new Date(startMs).toISOString(),
        contacts: Array.from({ length: contacts }, (_, n) => `c${n}`),
      });
      const cached = new Rotation(fields);
      for (const minute of minutes) {
        const atMs = startMs + minute * 60_000;
        const duty = cached.at(atMs);
        expect(duty).toEqual(new Rotation(fields).at(atMs));
        expect(duty.contactId).not.toBeNull();
        expect(duty.fromMs <= atMs && atMs < duty.untilMs).toBe(true);
        expect(new Rotation(fields).at(duty.untilMs).fromMs).toBe(duty.untilMs);
      }
    }),
    { numRuns: 50 },
  );
});
