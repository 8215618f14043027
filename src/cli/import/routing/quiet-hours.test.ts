import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAYS } from '#domain/rule.ts';
import { makeImportContext, sourcesOf } from '#test/support/import-context.ts';
import { quietHoursOf } from './quiet-hours.ts';

function quiet(route: { muted?: string[]; active?: string[] }, entries: Record<string, unknown>[]) {
  const { report } = makeImportContext();
  const [source] = sourcesOf({ f: 'a: 1' });
  const fields = quietHoursOf({ muted: [], active: [], ...route }, new Map([['n', entries]]), {
    report,
    origin: { source: source!, path: [], what: 'route' },
  });
  return { hours: (fields.quiet_hours ?? []) as Hours[], lines: report.lines() };
}

interface Hours {
  time_zone: string;
  windows: { days?: string[]; from: string; to: string }[];
}

test('mute intervals are quiet hours in their own zone, ranges of days counted from Sunday', () => {
  const { hours } = quiet({ muted: ['n'] }, [
    { times: [{ start_time: '22:00', end_time: '24:00' }], location: 'Europe/Paris' },
    { weekdays: ['sunday', 'friday:saturday'] },
  ]);
  expect(hours).toEqual([
    { time_zone: 'Europe/Paris', windows: [{ from: '22:00', to: '24:00' }] },
    { time_zone: 'UTC', windows: [{ days: ['fri', 'sat', 'sun'], from: '00:00', to: '24:00' }] },
  ]);
});

test('intervals by date, without days that can be read, or that are not there are left out', () => {
  expect(quiet({ muted: ['n'] }, [{ months: ['january'] }]).lines[0]).toContain('not by dates');
  expect(quiet({ muted: ['n'] }, [{ weekdays: ['moonday'] }]).lines[0]).toContain('cannot be read');
  expect(quiet({ active: ['x'] }, []).lines[0]).toContain('there is no such interval');
});

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const isIn = (hours: Hours[], day: string, minute: number) =>
  hours.some(({ windows }) =>
    windows.some(
      ({ days, from, to }) =>
        (days === undefined || days.includes(day)) &&
        minutes(from) <= minute &&
        minute < minutes(to),
    ),
  );

test('where only intervals are active the quiet hours are exactly the rest of the week', () => {
  const hour = fc.integer({ min: 0, max: 23 });
  const span = fc.tuple(hour, hour).map(([a, b]) => {
    const two = (value: number) => `${String(value).padStart(2, '0')}:00`;
    return { start_time: two(Math.min(a, b)), end_time: two(Math.max(a, b) + 1) };
  });
  const entry = fc.record({
    times: fc.array(span, { maxLength: 3 }),
    weekdays: fc.array(fc.constantFrom('monday', 'wednesday:friday', 'sunday:tuesday'), {
      maxLength: 2,
    }),
  });
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...DAYS),
      fc.integer({ min: 0, max: 1439 }),
      (entries, day, minute) => {
        const active = quiet({ muted: ['n'] }, entries).hours;
        const rest = quiet({ active: ['n'] }, entries).hours;
        expect(isIn(rest, day, minute)).toBe(!isIn(active, day, minute));
      },
    ),
  );
});
