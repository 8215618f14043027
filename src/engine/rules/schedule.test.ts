import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAYS, type Schedule } from '#domain/rule.ts';
import { OpeningHours, scheduleProblems } from './schedule.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();
const hoursOf = (windows: Schedule['windows'], zone = 'Europe/Paris') =>
  new OpeningHours({ time_zone: zone, windows });

/** The opening that begins or goes on at a time, as ISO texts. */
function opening(hours: OpeningHours, text: string): [string, string] | 'closed' {
  const ms = at(text);
  return hours.isOpen(ms) ? [iso(hours.startMs(ms)), iso(hours.endMs(ms))] : 'closed';
}

describe('OpeningHours', () => {
  test('opens and closes on its days by the clock of its zone', () => {
    const office = hoursOf([{ days: ['mon', 'fri'], from: '08:00', to: '18:00' }]);
    // 2026-11-23 is a Monday; Paris is one hour ahead of UTC.
    expect(opening(office, '2026-11-23T06:59:59.999Z')).toBe('closed');
    expect(opening(office, '2026-11-23T07:00:00Z')).toEqual([
      '2026-11-23T07:00:00.000Z',
      '2026-11-23T17:00:00.000Z',
    ]);
    expect(opening(office, '2026-11-23T17:00:00Z')).toBe('closed');
    expect(opening(office, '2026-11-24T12:00:00Z')).toBe('closed');
    expect(iso(office.endMs(at('2026-11-23T18:00:00Z')))).toBe('2026-11-27T07:00:00.000Z');
  });

  test('counts a window that crosses midnight to the day on which it begins', () => {
    const night = hoursOf([{ days: ['fri'], from: '22:00', to: '06:00' }]);
    expect(opening(night, '2026-11-28T04:59:00Z')).toEqual([
      '2026-11-27T21:00:00.000Z',
      '2026-11-28T05:00:00.000Z',
    ]);
    expect(opening(night, '2026-11-27T04:00:00Z')).toBe('closed');
    expect(opening(night, '2026-11-28T21:30:00Z')).toBe('closed');
  });

  test('takes windows that touch or overlap as one, and 24:00 as the end of the day', () => {
    const long = hoursOf([
      { days: ['mon'], from: '12:00', to: '24:00' },
      { days: ['tue'], from: '00:00', to: '05:00' },
      { days: ['tue'], from: '04:00', to: '06:00' },
    ]);
    expect(opening(long, '2026-11-23T12:00:00Z')).toEqual([
      '2026-11-23T11:00:00.000Z',
      '2026-11-24T05:00:00.000Z',
    ]);
    const always = hoursOf([{ from: '00:00', to: '24:00' }]);
    let ms = at('2026-01-01T00:00:00Z');
    for (let n = 0; n < 50; n++) {
      expect(always.isOpen(ms)).toBe(true);
      ms = always.endMs(ms);
    }
    expect(ms).toBeGreaterThan(at('2026-12-01T00:00:00Z'));
  });

  describe('when summer time begins (2026-03-29, 02:00 becomes 03:00 in Paris)', () => {
    test('a window over the skip is an hour shorter', () => {
      const night = hoursOf([{ from: '22:00', to: '06:00' }]);
      expect(opening(night, '2026-03-29T00:30:00Z')).toEqual([
        '2026-03-28T21:00:00.000Z',
        '2026-03-29T04:00:00.000Z',
      ]);
    });

    test('a boundary within the skip falls on the skip', () => {
      const skip = '2026-03-29T01:00:00.000Z';
      expect(opening(hoursOf([{ from: '02:30', to: '04:00' }]), '2026-03-29T01:30:00Z')).toEqual([
        skip,
        '2026-03-29T02:00:00.000Z',
      ]);
      expect(opening(hoursOf([{ from: '01:00', to: '02:30' }]), '2026-03-29T00:30:00Z')).toEqual([
        '2026-03-29T00:00:00.000Z',
        skip,
      ]);
    });

    test('a window within the skip does not open that day', () => {
      const skipped = hoursOf([{ from: '02:15', to: '02:45' }]);
      expect(iso(skipped.endMs(at('2026-03-28T12:00:00Z')))).toBe('2026-03-30T00:15:00.000Z');
    });
  });

  describe('when summer time ends (2026-10-25, 03:00 becomes 02:00 in Paris)', () => {
    test('a window over the repeated hour is an hour longer', () => {
      const night = hoursOf([{ from: '22:00', to: '06:00' }]);
      expect(opening(night, '2026-10-25T01:30:00Z')).toEqual([
        '2026-10-24T20:00:00.000Z',
        '2026-10-25T05:00:00.000Z',
      ]);
    });

    test('a boundary that the clock shows twice falls on the first', () => {
      expect(opening(hoursOf([{ from: '01:00', to: '02:30' }]), '2026-10-25T00:00:00Z')).toEqual([
        '2026-10-24T23:00:00.000Z',
        '2026-10-25T00:30:00.000Z',
      ]);
      expect(opening(hoursOf([{ from: '02:30', to: '04:00' }]), '2026-10-25T01:30:00Z')).toEqual([
        '2026-10-25T00:30:00.000Z',
        '2026-10-25T03:00:00.000Z',
      ]);
    });
  });

  test('knows a zone whose midnight is skipped', () => {
    // In Santiago the clock goes from 24:00 of 2026-09-05 to 01:00.
    const early = hoursOf([{ days: ['sun'], from: '00:00', to: '02:00' }], 'America/Santiago');
    expect(opening(early, '2026-09-06T04:30:00Z')).toEqual([
      '2026-09-06T04:00:00.000Z',
      '2026-09-06T05:00:00.000Z',
    ]);
  });

  test('says of every minute of a year without a change of the clock what the wall clock says', () => {
    const timeOfDay = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    const window = fc
      .record({
        days: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1 }),
        from: timeOfDay,
        to: timeOfDay,
      })
      .filter(({ from, to }) => from !== to);
    const year = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
    // Near each other and in any order, so that the cache is tried as well.
    const moments = fc
      .tuple(year, fc.array(fc.integer({ min: -3 * 86_400_000, max: 12 * 86_400_000 })))
      .map(([base, offsets]) => [base, ...offsets.map((offset) => base + offset)]);
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 4 }), moments, (windows, asked) => {
        const hours = hoursOf(windows, 'Asia/Kolkata');
        for (const ms of asked) {
          const local = new Date(ms + 5.5 * 3_600_000);
          const wall = local.toISOString().slice(11, 16);
          const today = DAYS[(local.getUTCDay() + 6) % 7]!;
          const yesterday = DAYS[(local.getUTCDay() + 5) % 7]!;
          const isOpen = windows.some(({ days, from, to }) =>
            from < to
              ? days.includes(today) && wall >= from && wall < to
              : (days.includes(today) && wall >= from) || (days.includes(yesterday) && wall < to),
          );
          expect(hours.isOpen(ms)).toBe(isOpen);
          expect(hours.startMs(ms)).toBeLessThanOrEqual(ms);
          expect(hours.endMs(ms)).toBeGreaterThan(ms);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('scheduleProblems', () => {
  test('names an unknown zone and windows without length, each with its pointer', () => {
    const problems = scheduleProblems({
      time_zone: 'Europe/Lyon',
      windows: [
        { from: '08:00', to: '18:00' },
        { from: '08:00', to: '08:00' },
        { from: '24:00', to: '08:00' },
        { from: '18:00', to: '00:00' },
      ],
    });
    expect(problems.map(({ pointer }) => pointer)).toEqual([
      '/schedule/time_zone',
      '/schedule/windows/1/to',
      '/schedule/windows/2/from',
    ]);
  });
});
