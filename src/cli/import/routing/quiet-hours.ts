import { DAYS } from '#domain/rule.ts';
import type { Fields } from '../../as-code/kinds.ts';
import type { ImportReport, Origin } from '../config/import-report.ts';
import { listOf, type Members, membersOf, textOf } from '../config/source-document.ts';
import type { Route } from './route.ts';

// Tested by: cli/import/routing/quiet-hours.test.ts

type Day = (typeof DAYS)[number];

/** The entries of each named interval, as Alertmanager and Grafana write them. */
export type TimeIntervals = ReadonlyMap<string, readonly Members[]>;

interface Window {
  days?: Day[];
  from: string;
  to: string;
}

/** Windows of the week in one time zone. */
interface Week {
  zone: string;
  windows: Window[];
}

const MOST_WINDOWS = 50;

/** Intervals in which a route is mute, as the quiet hours of its policy: what comes then is told when they end. */
export function quietHoursOf(
  { muted, active }: Pick<Route, 'muted' | 'active'>,
  intervals: TimeIntervals,
  { report, origin }: { report: ImportReport; origin: Origin },
): Fields {
  const quiet: Week[] = [];
  for (const name of muted) {
    const weeks = weeksOf(intervals.get(name));
    if (typeof weeks === 'string') report.leftOut(origin, `mute interval ${name}: ${weeks}`);
    else quiet.push(...weeks);
  }
  if (active.length > 0) {
    const weeks = active.map((name) => weeksOf(intervals.get(name)));
    const fault = weeks.find((one) => typeof one === 'string');
    const rest = typeof fault === 'string' ? fault : restOfWeek(weeks.flat() as Week[]);
    const what = `active interval ${active.join(', ')}`;
    if (typeof rest === 'string') report.leftOut(origin, `${what}: ${rest}`);
    else if (rest.windows.length > 0) quiet.push(rest);
  }
  if (quiet.length === 0) return {};
  return {
    quiet_hours: quiet.slice(0, 20).map(({ zone, windows }) => ({ time_zone: zone, windows })),
  };
}

/** The windows of an interval; a text says why there are none. */
function weeksOf(entries: readonly Members[] | undefined): Week[] | string {
  if (entries === undefined) return 'there is no such interval';
  const weeks: Week[] = [];
  for (const entry of entries) {
    if (['days_of_month', 'months', 'years'].some((name) => listOf(entry[name]).length > 0)) {
      return 'quiet hours go by days of the week, not by dates; a maintenance window may';
    }
    const zone = textOf(entry.location) ?? 'UTC';
    const days = daysOf(entry.weekdays);
    if (days === undefined) return `the days ${JSON.stringify(entry.weekdays)} cannot be read`;
    const times = listOf(entry.times);
    const windows = (times.length === 0 ? [{}] : times).map((time) => {
      const { start_time: from = '00:00', end_time: to = '24:00' } = membersOf(time);
      return { ...(days.length === 7 ? {} : { days }), from: String(from), to: String(to) };
    });
    weeks.push({ zone, windows });
  }
  return weeks;
}

function daysOf(value: unknown): Day[] | undefined {
  const ranges = listOf(value);
  if (ranges.length === 0) return [...DAYS];
  const days = new Set<Day>();
  for (const range of ranges) {
    const [from, to = from] = String(range).split(':').map(dayOf);
    if (from === undefined || to === undefined || from > to) return undefined;
    // Both count from Sunday on, as the ranges of Alertmanager do.
    for (let day = from; day <= to; day++) days.add(DAYS[(day + 6) % 7]!);
  }
  return DAYS.filter((day) => days.has(day));
}

const FROM_SUNDAY = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function dayOf(text: string): number | undefined {
  const index = FROM_SUNDAY.indexOf(text.trim().toLowerCase().slice(0, 3));
  return index < 0 ? undefined : index;
}

const DAY_MINUTES = 1440;

/** What of the week lies in none of the windows; a text says why that cannot be told. */
function restOfWeek(weeks: readonly Week[]): Week | string {
  const [first] = weeks;
  if (first === undefined) return 'it is never active';
  if (weeks.some(({ zone }) => zone !== first.zone)) return 'it lies in several time zones';
  const byGaps = new Map<string, Day[]>();
  for (const day of DAYS) {
    const gaps = gapsOf(
      weeks
        .flatMap(({ windows }) => windows)
        .filter(({ days }) => days === undefined || days.includes(day)),
    );
    for (const gap of gaps) byGaps.set(gap, [...(byGaps.get(gap) ?? []), day]);
  }
  const windows = [...byGaps].map(([gap, days]) => {
    const [from = '', to = ''] = gap.split(' ');
    return { ...(days.length === 7 ? {} : { days }), from, to };
  });
  if (windows.length > MOST_WINDOWS) return `its rest has more than ${MOST_WINDOWS} windows`;
  return { zone: first.zone, windows };
}

/** The parts of a day outside of windows that end on the same day, as `from to`. */
function gapsOf(windows: readonly Window[]): string[] {
  const gaps: string[] = [];
  let free = 0;
  const parts = windows.map(({ from, to }) => [minutesOf(from), minutesOf(to)] as const);
  for (const [from, to] of [...parts.sort(([a], [b]) => a - b), [DAY_MINUTES, 0] as const]) {
    if (from > free) gaps.push(`${timeOf(free)} ${timeOf(from)}`);
    free = Math.max(free, to);
  }
  return gaps;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function timeOf(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
