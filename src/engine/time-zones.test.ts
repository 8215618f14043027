import fc from 'fast-check';
import { describe, test } from 'vitest';
import type { MaintenanceWindow } from '#domain/maintenance-window.ts';
import type { Contact } from '#domain/notification.ts';
import { DAYS } from '#domain/rule.ts';
import { PreparedWindow } from './alarms/maintenance.ts';
import { holdOf } from './routing/hold.ts';
import { Rotation } from './routing/rotation.ts';

// What people write by the wall clock, compared minute by minute with what a clock on the wall shows (`Intl`).

const MINUTE = 60_000;
const DAY_MINUTES = 1440;
/** Leaps of an hour, of half an hour, of two; at night, at midnight, and none. */
const ZONES = [
  ...['Europe/Paris', 'Europe/London', 'America/New_York', 'America/St_Johns', 'America/Havana'],
  ...['America/Santiago', 'Australia/Lord_Howe', 'Pacific/Chatham', 'Asia/Beirut', 'Africa/Cairo'],
  ...['Africa/Casablanca', 'Antarctica/Troll', 'Asia/Kathmandu', 'America/Nuuk', 'UTC'],
];

/** The wall of a zone over a stretch of time, in minutes since the epoch as if it were UTC. */
class Wall {
  readonly fromMinute: number;
  readonly #shown: number[];

  constructor(zone: string, fromMinute: number, count: number) {
    this.fromMinute = fromMinute;
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    this.#shown = Array.from({ length: count }, (_, at) => {
      const text = format.format((fromMinute + at) * MINUTE);
      return Date.parse(`${text.replace(' ', 'T')}Z`) / MINUTE;
    });
  }

  /** The minute in which the wall shows this, or more, for the first time. */
  reaches(wall: number): number {
    return this.fromMinute + this.#shown.findIndex((shown) => shown >= wall);
  }

  /** The same, but where the wall leaps over it: when it would have come without the leap. */
  wouldReach(wall: number): number {
    const minute = this.reaches(wall);
    if (this.#shown[minute - this.fromMinute] === wall) return minute;
    const before = this.#shown[minute - this.fromMinute - 1]!;
    return minute - 1 + (wall - before);
  }

  dayOf(minute: number): number {
    return Math.floor(this.#shown[minute - this.fromMinute]! / DAY_MINUTES);
  }
}

/** A zone and a minute within a day of one of its changes of the clock, else anywhere in five years. */
const places = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    minute: fc.integer({
      min: Date.UTC(2024, 0, 10) / MINUTE,
      max: Date.UTC(2028, 11, 1) / MINUTE,
    }),
    before: fc.integer({ min: 0, max: 2 * DAY_MINUTES }),
    isNearChange: fc.boolean(),
  })
  .map(({ zone, minute, before, isNearChange }) => {
    const near = Temporal.Instant.fromEpochMilliseconds(minute * MINUTE)
      .toZonedDateTimeISO(zone)
      .getTimeZoneTransition('next');
    const change = isNearChange ? near?.epochMilliseconds : undefined;
    return { zone, minute: change === undefined ? minute : change / MINUTE - before };
  });
/** Mostly in the hours in which clocks are changed. */
const timeOfDay = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 16 }).map((quarter) => quarter * 15) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: DAY_MINUTES - 1 }) },
);
const RUNS = { numRuns: 50 };
const SPAN = 2 * DAY_MINUTES;

function clockText(minutes: number): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Every minute of the span. */
function* momentsOf(minute: number): Iterable<number> {
  for (let at = minute; at < minute + SPAN; at++) yield at;
}

describe('around changes of the clock in any zone', () => {
  test('a maintenance window is open when the wall says so', () => {
    fc.assert(
      fc.property(
        places,
        timeOfDay,
        fc.integer({ min: 1, max: 20 * 60 }),
        ({ zone, minute }, startsAt, duration) => {
          const wall = new Wall(zone, minute - 4 * DAY_MINUTES, SPAN + 7 * DAY_MINUTES);
          const first = wall.dayOf(minute) - 3;
          const begun = wall.wouldReach(first * DAY_MINUTES + startsAt);
          // The wall has to show the first start: a rule takes its time of day from there.
          fc.pre(wall.reaches(first * DAY_MINUTES + startsAt) === begun);
          const starts = Array.from({ length: 7 }, (_, day) =>
            wall.wouldReach((first + day) * DAY_MINUTES + startsAt),
          );
          const window = new PreparedWindow({
            id: 'w',
            time_zone: zone,
            starts_at: new Date(begun * MINUTE).toISOString(),
            duration: `${duration}m`,
            recurrence: 'FREQ=DAILY',
          } as MaintenanceWindow);
          for (const at of momentsOf(minute)) {
            const isOpen = starts.some((start) => start <= at && at < start + duration);
            const open = window.openAt(at * MINUTE);
            if ((open !== undefined) !== isOpen) {
              throw new Error(
                `${zone} ${clockText(startsAt)} at ${new Date(at * MINUTE).toJSON()}`,
              );
            }
          }
        },
      ),
      RUNS,
    );
  }, 60_000);

  test('quiet hours hold a message until the wall shows their end', () => {
    const days = fc.oneof(fc.constant([...DAYS]), fc.subarray([...DAYS], { minLength: 1 }));
    fc.assert(
      fc.property(
        places,
        days,
        fc.tuple(timeOfDay, timeOfDay),
        ({ zone, minute }, on, [from, to]) => {
          const wall = new Wall(zone, minute - 4 * DAY_MINUTES, SPAN + 14 * DAY_MINUTES);
          const today = wall.dayOf(minute);
          const stretches = Array.from({ length: 12 }, (_, at) => today - 2 + at)
            .filter((day) => on.includes(DAYS[(((day + 3) % 7) + 7) % 7]!))
            .map((day) => {
              const ends = to <= from ? day + 1 : day;
              return [
                wall.reaches(day * DAY_MINUTES + from),
                wall.reaches(ends * DAY_MINUTES + to),
              ] as const;
            });
          const isQuiet = (at: number) => stretches.some(([begin, end]) => begin <= at && at < end);
          const windows = [{ days: on, from: clockText(from), to: clockText(to) }];
          const contact = { quiet_hours: [{ time_zone: zone, windows }] } as unknown as Contact;
          for (const at of momentsOf(minute)) {
            const { notBeforeMs } = holdOf({
              ...{ contact, policy: undefined, type: 'raised', severity: 'warning', ruleId: 'r' },
              ...{ sensor: { id: 's', labels: {} }, atMs: at * MINUTE },
            });
            let end = at;
            // Quiet without end is not in this property.
            while (isQuiet(end) && end < minute + SPAN + 6 * DAY_MINUTES) end++;
            if (end >= minute + SPAN + 6 * DAY_MINUTES) return;
            if ((notBeforeMs ?? at * MINUTE) !== end * MINUTE) {
              const held = new Date(notBeforeMs ?? at * MINUTE).toJSON();
              throw new Error(`${zone} ${JSON.stringify(windows)}: ${at} held until ${held}`);
            }
          }
        },
      ),
      RUNS,
    );
  }, 60_000);

  test('whoever is on call hands over when the wall shows the time', () => {
    const shifts = fc.constantFrom(90, 8 * 60, 12 * 60, DAY_MINUTES, 2 * DAY_MINUTES);
    fc.assert(
      fc.property(places, timeOfDay, shifts, ({ zone, minute }, startsAt, shift) => {
        const wall = new Wall(zone, minute - 4 * DAY_MINUTES, SPAN + 7 * DAY_MINUTES);
        const first = (wall.dayOf(minute) - 2) * DAY_MINUTES + startsAt;
        const begun = wall.reaches(first);
        fc.pre(wall.wouldReach(first) === begun);
        const contacts = ['anne', 'bob', 'carl'];
        const rotation = new Rotation({
          ...{ id: 'night', time_zone: zone, shift: `${shift}m`, contacts },
          ...{ starts_at: new Date(begun * MINUTE).toISOString(), created_at: '', updated_at: '' },
        });
        const handovers = Array.from(
          { length: Math.ceil((SPAN + 4 * DAY_MINUTES) / shift) },
          (_, turn) => wall.reaches(first + turn * shift),
        );
        for (const at of momentsOf(minute)) {
          const turn = handovers.findLastIndex((begin) => begin <= at);
          const expected = turn < 0 ? null : contacts[turn % contacts.length];
          if (rotation.at(at * MINUTE).contactId !== expected) {
            throw new Error(`${zone} ${clockText(startsAt)}: ${at} is not ${expected}'s`);
          }
        }
      }),
      RUNS,
    );
  }, 60_000);
});
