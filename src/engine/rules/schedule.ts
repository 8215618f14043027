import { DAYS, type Schedule } from '#domain/rule.ts';
import type { Problem } from './condition.ts';

/** Days that one table of boundaries covers, from the day before the time that was asked for. */
const TABLE_DAYS = 10;

/** A stretch of time without a change: from included, until excluded. */
interface Segment {
  isOpen: boolean;
  fromMs: number;
  untilMs: number;
}

/**
 * When a schedule is open. Windows belong to the day on which they begin; one whose end is not after
 * its beginning ends on the next day. Windows that touch or overlap are one.
 *
 * Summer time: a boundary that the clock skips falls on the moment of the skip; one that the clock
 * shows twice falls on the first. So windows that adjoin on the wall clock adjoin always.
 *
 * Answers come from a cached segment (two comparisons), which a table of ten days refills. The cache
 * changes the speed only, never an answer.
 */
export class OpeningHours {
  private readonly zone: string;
  private readonly windows: readonly Window[];
  private segment: Segment = { isOpen: false, fromMs: 0, untilMs: 0 };
  private table: Segment[] = [];

  constructor(schedule: Schedule) {
    this.zone = schedule.time_zone;
    this.windows = schedule.windows.map(windowOf);
  }

  isOpen(timeMs: number): boolean {
    return this.segmentAt(timeMs).isOpen;
  }

  /** The next moment at which something may change; at most ten days on. */
  endMs(timeMs: number): number {
    return this.segmentAt(timeMs).untilMs;
  }

  /** Since when it has been as it is; at most some days back. */
  startMs(timeMs: number): number {
    return this.segmentAt(timeMs).fromMs;
  }

  private segmentAt(timeMs: number): Segment {
    const { segment } = this;
    if (timeMs >= segment.fromMs && timeMs < segment.untilMs) return segment;
    return this.find(timeMs);
  }

  private find(timeMs: number): Segment {
    const holds = (one: Segment) => timeMs >= one.fromMs && timeMs < one.untilMs;
    let found = this.table.find(holds);
    if (found === undefined) {
      this.table = this.segmentsAround(timeMs);
      found = this.table.find(holds)!;
    }
    this.segment = found;
    return found;
  }

  private segmentsAround(timeMs: number): Segment[] {
    const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(timeMs))
      .toZonedDateTimeISO(this.zone)
      .toPlainDate();
    const first = today.subtract({ days: 1 });
    const fromMs = instantMs({ zone: this.zone, day: first, minutes: 0 });
    const untilMs = instantMs({
      zone: this.zone,
      day: first.add({ days: TABLE_DAYS }),
      minutes: 0,
    });
    const openings = this.openingsFrom(first.subtract({ days: 2 }), TABLE_DAYS + 3);
    const segments: Segment[] = [];
    let atMs = fromMs;
    for (const opening of openings) {
      const start = Math.max(opening.fromMs, fromMs);
      const end = Math.min(opening.untilMs, untilMs);
      if (start >= end) continue;
      if (start > atMs) segments.push({ isOpen: false, fromMs: atMs, untilMs: start });
      segments.push({ isOpen: true, fromMs: start, untilMs: end });
      atMs = end;
    }
    if (atMs < untilMs) segments.push({ isOpen: false, fromMs: atMs, untilMs });
    return segments;
  }

  /** The open stretches of the windows that begin on these days, in order, merged. */
  private openingsFrom(first: Temporal.PlainDate, days: number): Omit<Segment, 'isOpen'>[] {
    const { zone } = this;
    const openings: Omit<Segment, 'isOpen'>[] = [];
    for (let n = 0; n < days; n++) {
      const day = first.add({ days: n });
      for (const window of this.windows) {
        if (!window.weekdays.has(day.dayOfWeek)) continue;
        const fromMs = instantMs({ zone, day, minutes: window.fromMinutes });
        const untilMs = instantMs({ zone, day, minutes: window.untilMinutes });
        if (fromMs < untilMs) openings.push({ fromMs, untilMs });
      }
    }
    openings.sort((a, b) => a.fromMs - b.fromMs);
    const merged: Omit<Segment, 'isOpen'>[] = [];
    for (const opening of openings) {
      const last = merged.at(-1);
      if (last === undefined || opening.fromMs > last.untilMs) merged.push({ ...opening });
      else last.untilMs = Math.max(last.untilMs, opening.untilMs);
    }
    return merged;
  }
}

interface Window {
  /** 1 = Monday, as ISO 8601. */
  weekdays: ReadonlySet<number>;
  fromMinutes: number;
  /** Over 24 × 60 where the window crosses midnight. */
  untilMinutes: number;
}

const DAY_MINUTES = 24 * 60;

function minutesOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}

function windowOf({ days = [...DAYS], from, to }: Schedule['windows'][number]): Window {
  const [fromMinutes, toMinutes] = [minutesOf(from), minutesOf(to)];
  return {
    weekdays: new Set(days.map((day) => DAYS.indexOf(day) + 1)),
    fromMinutes,
    untilMinutes: toMinutes > fromMinutes ? toMinutes : toMinutes + DAY_MINUTES,
  };
}

/** A wall-clock time, counted in minutes from the midnight of a day, as an instant. */
function instantMs(wall: { zone: string; day: Temporal.PlainDate; minutes: number }): number {
  const day = wall.day.add({ days: Math.floor(wall.minutes / DAY_MINUTES) });
  const minutes = wall.minutes % DAY_MINUTES;
  const plain = day.toPlainDateTime({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
  const zoned = plain.toZonedDateTime(wall.zone, { disambiguation: 'earlier' });
  if (zoned.toPlainDateTime().equals(plain)) return zoned.epochMilliseconds;
  // The clock skips this time: 'earlier' lies before the skip.
  return zoned.getTimeZoneTransition('next')!.epochMilliseconds;
}

/** Unknown zones and windows without length. */
export function scheduleProblems(schedule: Schedule): Problem[] {
  const problems: Problem[] = [];
  if (!isTimeZone(schedule.time_zone)) {
    const detail = `'${schedule.time_zone}' is not a time zone; one is Europe/Paris`;
    problems.push({ pointer: '/schedule/time_zone', detail });
  }
  for (const [index, { from, to }] of schedule.windows.entries()) {
    const pointer = `/schedule/windows/${index}`;
    if (from === '24:00') {
      problems.push({
        pointer: `${pointer}/from`,
        detail: 'a window begins at 23:59 at the latest',
      });
    } else if (from === to) {
      const detail = 'from and to are the same; a whole day is 00:00 to 24:00';
      problems.push({ pointer: `${pointer}/to`, detail });
    }
  }
  return problems;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
