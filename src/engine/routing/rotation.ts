import type { OnCall } from '#domain/on-call.ts';
import { durationMs, parseTime } from '#domain/time.ts';

/** Who is on call from a moment (inclusive) to another (exclusive). */
export interface Duty {
  /** Null before the first shift. */
  contactId: string | null;
  fromMs: number;
  untilMs: number;
}

/** Beyond any time that is asked for. */
const FAR_MS = 8.64e15;
const MINUTE_MS = 60_000;

/**
 * Who is on call when. Shifts are counted on the wall clock, so a handover at 08:00 stays at 08:00 through summer time; one
 * that the clock skips falls on the moment of the skip, one that it shows twice on the first. Answers come from a
 * cached stretch of time; the cache changes the speed only.
 */
export class Rotation {
  readonly #zone: string;
  readonly #contacts: readonly string[];
  readonly #start: Temporal.PlainDateTime;
  readonly #shiftMinutes: number;
  readonly #overrides: readonly { fromMs: number; toMs: number; contactId: string }[];
  #duty: Duty = { contactId: null, fromMs: 0, untilMs: 0 };

  constructor(onCall: OnCall) {
    this.#zone = onCall.time_zone;
    this.#contacts = onCall.contacts;
    this.#start = Temporal.Instant.fromEpochMilliseconds(Math.floor(timeMs(onCall.starts_at)))
      .toZonedDateTimeISO(this.#zone)
      .toPlainDateTime();
    this.#shiftMinutes = Math.max(1, Math.round(durationMs(onCall.shift) / MINUTE_MS));
    this.#overrides = (onCall.overrides ?? []).map(({ from, to, contact }) => ({
      fromMs: timeMs(from),
      toMs: timeMs(to),
      contactId: contact,
    }));
  }

  at(atMs: number): Duty {
    const { fromMs, untilMs } = this.#duty;
    if (atMs < fromMs || atMs >= untilMs) this.#duty = this.#find(atMs);
    return this.#duty;
  }

  /** The next changes of who is on call, at most `limit` of them within a year. */
  handovers(afterMs: number, limit: number): { atMs: number; contactId: string | null }[] {
    const endMs = afterMs + 366 * 24 * 60 * MINUTE_MS;
    const found: { atMs: number; contactId: string | null }[] = [];
    let duty = this.#find(afterMs);
    while (found.length < limit && duty.untilMs < endMs) {
      const next = this.#find(duty.untilMs);
      if (next.contactId !== duty.contactId) {
        found.push({ atMs: duty.untilMs, contactId: next.contactId });
      }
      duty = next;
    }
    return found;
  }

  #find(atMs: number): Duty {
    const turn = this.#turnAt(atMs);
    const contactId =
      this.#overrides.findLast(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.contactId ??
      turn.contactId;
    let { fromMs, untilMs } = turn;
    for (const override of this.#overrides) {
      for (const edgeMs of [override.fromMs, override.toMs]) {
        if (edgeMs <= atMs) fromMs = Math.max(fromMs, edgeMs);
        else untilMs = Math.min(untilMs, edgeMs);
      }
    }
    return { contactId, fromMs, untilMs };
  }

  /** As if there were no overrides. */
  #turnAt(atMs: number): Duty {
    const wall = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs))
      .toZonedDateTimeISO(this.#zone)
      .toPlainDateTime();
    const minutes = wall.since(this.#start).total('minutes');
    let turn = Math.floor(minutes / this.#shiftMinutes);
    // Around a change of the clock the wall is no sure guide: the handovers themselves decide.
    while (this.#handoverMs(turn) > atMs) turn--;
    while (this.#handoverMs(turn + 1) <= atMs) turn++;
    if (turn < 0) return { contactId: null, fromMs: -FAR_MS, untilMs: this.#handoverMs(0) };
    return {
      contactId: this.#contacts[turn % this.#contacts.length] ?? null,
      fromMs: this.#handoverMs(turn),
      untilMs: this.#handoverMs(turn + 1),
    };
  }

  #handoverMs(turn: number): number {
    const plain = this.#start.add({ minutes: turn * this.#shiftMinutes });
    const zoned = plain.toZonedDateTime(this.#zone, { disambiguation: 'earlier' });
    if (zoned.toPlainDateTime().equals(plain)) return zoned.epochMilliseconds;
    return zoned.getTimeZoneTransition('next')!.epochMilliseconds;
  }
}

function timeMs(text: string): number {
  const time = parseTime(text);
  if (!time.ok) throw new TypeError(`not a time: ${text}`);
  return time.ms;
}
