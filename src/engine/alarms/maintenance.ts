import { RRuleTemporal } from 'rrule-temporal';
import type { MaintenanceWindow } from '#domain/maintenance-window.ts';
import { durationMs, parseTime } from '#domain/time.ts';
import { selectorMatches } from '../rules/selector.ts';

/** When a window is open, ms since the epoch: from (inclusive), to (exclusive). */
export interface Occurrence {
  fromMs: number;
  toMs: number;
}

/** What is known until a moment, so that a storm of alerts asks the calendar once. */
interface Known {
  fromMs: number;
  untilMs: number;
  open: Occurrence | undefined;
}

/** No clock change is longer. */
const CLOCK_CHANGE_MS = 3 * 3_600_000;

/**
 * A maintenance window, ready to be asked. It recurs at the same time of the wall clock, summer and winter: a start that
 * the clock leaps over happens at the time read with the offset before the leap (RFC 5545, section 3.3.5), one that it
 * shows twice happens the first time. Throws where the rule cannot be read.
 */
export class PreparedWindow {
  readonly window: MaintenanceWindow;
  readonly #durationMs: number;
  readonly #startMs: number;
  readonly #rule: RRuleTemporal | undefined;
  #known: Known | undefined;

  constructor(window: MaintenanceWindow) {
    this.window = window;
    this.#durationMs = durationMs(window.duration);
    const start = parseTime(window.starts_at);
    if (!start.ok) throw new RangeError('starts_at is no time');
    this.#startMs = start.ms;
    if (window.recurrence !== undefined) this.#rule = this.#ruleOf(window.recurrence);
  }

  covers(sensorId: string, labels: Readonly<Record<string, string>>): boolean {
    return selectorMatches(this.window.where, sensorId, labels);
  }

  /** The occurrence that a moment lies in; where two overlap, the later one. */
  openAt(atMs: number): Occurrence | undefined {
    const known = this.#known;
    if (known !== undefined && known.fromMs <= atMs && atMs < known.untilMs) return known.open;
    const begun = this.#lastStart(atMs);
    const isOpen = begun !== undefined && atMs < begun + this.#durationMs;
    const open = isOpen ? { fromMs: begun, toMs: begun + this.#durationMs } : undefined;
    const nextMs = this.#nextStart(atMs) ?? Number.POSITIVE_INFINITY;
    this.#known = { fromMs: atMs, untilMs: Math.min(nextMs, open?.toMs ?? nextMs), open };
    return open;
  }

  /** The occurrence under way and those ahead, in order. */
  next(atMs: number, most: number): Occurrence[] {
    const open = this.openAt(atMs);
    const occurrences = open ? [open] : [];
    let startMs = this.#nextStart(atMs);
    while (startMs !== undefined && occurrences.length < most) {
      occurrences.push({ fromMs: startMs, toMs: startMs + this.#durationMs });
      startMs = this.#nextStart(startMs);
    }
    return occurrences;
  }

  #lastStart(atMs: number): number | undefined {
    const rule = this.#rule;
    if (rule === undefined) return this.#startMs <= atMs ? this.#startMs : undefined;
    // Around a change of the clock wall times and moments are not in the same order: look from beyond it, and step back.
    return this.#firstThat((momentMs) => momentMs <= atMs, {
      first: () => rule.previous(this.#wallAt(atMs + CLOCK_CHANGE_MS), true),
      after: (wall) => rule.previous(wall, false),
    });
  }

  #nextStart(atMs: number): number | undefined {
    const rule = this.#rule;
    if (rule === undefined) return this.#startMs > atMs ? this.#startMs : undefined;
    return this.#firstThat((momentMs) => momentMs > atMs, {
      first: () => rule.next(this.#wallAt(atMs - CLOCK_CHANGE_MS), true),
      after: (wall) => rule.next(wall, false),
    });
  }

  #firstThat(
    fits: (momentMs: number) => boolean,
    walk: {
      first(): Temporal.ZonedDateTime | null;
      after(wall: Temporal.ZonedDateTime): Temporal.ZonedDateTime | null;
    },
  ): number | undefined {
    try {
      for (let wall = walk.first(); wall !== null; wall = walk.after(wall)) {
        const momentMs = this.#momentOf(wall);
        if (fits(momentMs)) return momentMs;
      }
    } catch {
      // A rule that never comes, such as 30 February, is given up after thousands of steps.
    }
    return undefined;
  }

  /** The wall clock as if it were UTC: the calendar is asked there, where no day has 23 or 25 hours. */
  #wallAt(atMs: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs))
      .toZonedDateTimeISO(this.window.time_zone)
      .toPlainDateTime()
      .toZonedDateTime('UTC');
  }

  #momentOf(wall: Temporal.ZonedDateTime): number {
    return wall
      .toPlainDateTime()
      .toZonedDateTime(this.window.time_zone, { disambiguation: 'compatible' }).epochMilliseconds;
  }

  #ruleOf(recurrence: string): RRuleTemporal {
    const start = basic(this.#wallAt(this.#startMs));
    // UNTIL is given in UTC (RFC 5545, section 3.3.10); the calendar is asked by the wall clock.
    const rule = recurrence.replace(
      /UNTIL=(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/i,
      (_all, ...parts: string[]) => {
        const [year, month, day, hour, minute, second] = parts;
        const until = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
        return `UNTIL=${basic(this.#wallAt(until))}Z`;
      },
    );
    return new RRuleTemporal({ rruleString: `DTSTART:${start}Z\nRRULE:${rule}` });
  }
}

/** `20261123T020000`. */
function basic(time: Temporal.ZonedDateTime): string {
  return time.toPlainDateTime().toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');
}

/** The first of the windows that is open for a sensor at a moment. */
export function windowOpenFor(
  windows: readonly PreparedWindow[],
  sensor: { id: string; labels: Readonly<Record<string, string>> },
  atMs: number,
): { id: string; toMs: number } | undefined {
  for (const window of windows) {
    if (!window.covers(sensor.id, sensor.labels)) continue;
    const open = window.openAt(atMs);
    if (open) return { id: window.window.id, toMs: open.toMs };
  }
  return undefined;
}

/** How an alert says by which window it is suppressed. */
export const suppressedByWindow = (id: string): string => `maintenance-window/${id}`;
