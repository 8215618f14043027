import type { Transition } from './compiled-rule.ts';
import type { Condition, Memory, Verdict } from './condition.ts';
import type { OpeningHours } from './schedule.ts';

/**
 * Where a rule stands on a sensor while anything holds, is pending or has been told; plain JSON.
 * All levels count from 1; 0 = nothing.
 */
export interface Standing {
  /** What the condition says. */
  readonly level: number;
  /** The same, or 0 outside the schedule. */
  readonly eff: number;
  /** After the delays. */
  readonly act: number;
  /** What has been told. Differs from `act` only during a run of late samples. */
  readonly told: number;
  /** One entry for each step that is pending from `act` towards `eff`: when it began, event time. */
  readonly since: readonly number[];
  /** The same by the clock: the earlier of event time and receipt. */
  readonly clock: readonly number[];
  readonly startedAtMs: number;
  /** When `act` changed last. */
  readonly actAtMs: number;
  readonly value: number | null;
  readonly reach: number;
  readonly peak: number | null;
  readonly peakReach: number;
  /** The last time at which the schedule was followed: when the standing began, or the gate last moved. */
  readonly gateMs: number;
  /** A run of late samples: receipt of its first, and when the clock ends it. */
  readonly lateSinceMs: number | null;
  readonly lateUntilMs: number | null;
}

export type Axis = 'event' | 'clock';

interface CourseTerms {
  condition: Condition;
  hours: OpeningHours | undefined;
  delays: { onMs: number; offMs: number };
}

/**
 * The life of an alert, the same for every kind of condition. One scratch object a rule: `begin` loads a
 * standing, the steps change it, `end` gives the next standing. In prose: README.md beside this file.
 *
 *     condition ── level ──▶ schedule ── eff ──▶ delays ── act ──▶ late run ── told ──▶ transitions
 *
 * `act` runs after `eff` one level at a time; each step that it lags behind waits in a queue (`since`, `clock`),
 * the next one due at its head. All steps of the queue lead the same way, so one delay serves them all.
 *
 * Tested by: lifecycle.test.ts and invariants.test.ts
 */
export class Course {
  private readonly terms: CourseTerms;
  private level = 0;
  private eff = 0;
  private act = 0;
  private told = 0;
  private since: number[] = [];
  private clock: number[] = [];
  private startedAtMs = 0;
  private actAtMs = 0;
  private value: number | null = null;
  private reach = 0;
  private peak: number | null = null;
  private peakReach = 0;
  private gateMs = 0;
  private lateSinceMs: number | null = null;
  private lateUntilMs: number | null = null;
  /** While true, `act` moves and nobody is told. */
  private isHushed = false;
  private memory: Memory | undefined;
  private out: Transition[] = [];

  constructor(terms: CourseTerms) {
    this.terms = terms;
  }

  begin(standing: Standing | undefined, memory: Memory | undefined, start: Start): void {
    const from = standing ?? AT_REST;
    this.level = from.level;
    this.eff = from.eff;
    this.act = from.act;
    this.told = from.told;
    this.since = from.since.length === 0 ? [] : from.since.slice();
    this.clock = from.clock.length === 0 ? [] : from.clock.slice();
    this.startedAtMs = from.startedAtMs;
    this.actAtMs = from.actAtMs;
    this.value = from.value;
    this.reach = from.reach;
    this.peak = from.peak;
    this.peakReach = from.peakReach;
    this.gateMs = standing === undefined ? start.atMs : from.gateMs;
    this.lateSinceMs = from.lateSinceMs;
    this.lateUntilMs = from.lateUntilMs;
    this.isHushed = start.isHushed;
    this.memory = memory;
    this.out = start.out;
  }

  /** Lets delays run out and the schedule open and close, in order, up to and including a moment. */
  advance(untilMs: number, axis: Axis): void {
    const { hours } = this.terms;
    for (;;) {
      const dueMs = this.pendingDueMs(axis);
      const gateEndMs = hours?.endMs(this.gateMs) ?? Number.POSITIVE_INFINITY;
      if (!(Math.min(dueMs, gateEndMs) <= untilMs)) break;
      // At the same moment the schedule goes first: nothing is raised just to be cleared.
      if (gateEndMs <= dueMs) this.passGate(gateEndMs);
      else this.step(dueMs, axis);
    }
  }

  get memoryNow(): Memory | undefined {
    return this.memory;
  }

  /** Takes in what the condition says, as of a moment of both axes. */
  apply(
    verdict: Verdict,
    memory: Memory | undefined,
    at: { eventMs: number; clockMs: number },
  ): void {
    this.memory = memory;
    this.level = verdict.level;
    this.value = verdict.value;
    // Values near the end of the doubles differ by Infinity, which JSON does not know.
    this.reach = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, verdict.reach));
    const { hours } = this.terms;
    const isOpen = hours === undefined || hours.isOpen(this.gateMs);
    this.standAt(isOpen ? verdict.level : 0, at.eventMs, at.clockMs);
  }

  /** The condition has let go without a sample. */
  subside(atMs: number): void {
    this.level = 0;
    this.standAt(0, atMs, atMs);
  }

  /** A late sample: the run goes on, until 5 s of the clock without another, or 10 min in all. */
  prolongLateRun(receivedMs: number): void {
    this.lateSinceMs ??= receivedMs;
    this.lateUntilMs = Math.min(receivedMs + LATE_QUIET_MS, this.lateSinceMs + LATE_RUN_MOST_MS);
  }

  /** Tells what is, and no longer what was. */
  endHush(): void {
    this.lateSinceMs = null;
    this.lateUntilMs = null;
    this.isHushed = false;
    this.tell();
  }

  /** The next standing; undefined at rest. */
  end(): Standing | undefined {
    if (this.level === 0 && this.eff === 0 && this.act === 0 && this.told === 0) return undefined;
    return {
      level: this.level,
      eff: this.eff,
      act: this.act,
      told: this.told,
      since: this.since,
      clock: this.clock,
      startedAtMs: this.startedAtMs,
      actAtMs: this.actAtMs,
      value: this.value,
      reach: this.reach,
      peak: this.peak,
      peakReach: this.peakReach,
      gateMs: this.gateMs,
      lateSinceMs: this.lateSinceMs,
      lateUntilMs: this.lateUntilMs,
    };
  }

  private delayMs(): number {
    const { delays } = this.terms;
    return this.eff > this.act ? delays.onMs : delays.offMs;
  }

  private pendingDueMs(axis: Axis): number {
    const first = axis === 'event' ? this.since[0] : this.clock[0];
    return first === undefined ? Number.POSITIVE_INFINITY : first + this.delayMs();
  }

  private standAt(eff: number, eventMs: number, clockMs: number): void {
    const isFresh = this.eff === 0 && this.act === 0 && this.told === 0;
    if (isFresh ? eff > 0 : this.reach > this.peakReach) {
      this.peak = this.value;
      this.peakReach = this.reach;
    }
    while (this.eff !== eff) {
      const direction = eff > this.eff ? 1 : -1;
      if ((this.eff - this.act) * direction >= 0) {
        this.since.push(eventMs);
        this.clock.push(Math.min(eventMs, clockMs));
      } else {
        this.since.pop();
        this.clock.pop();
      }
      this.eff += direction;
    }
  }

  private passGate(atMs: number): void {
    this.gateMs = atMs;
    if (this.terms.hours?.isOpen(atMs)) {
      this.standAt(this.level, atMs, atMs);
      return;
    }
    this.eff = 0;
    this.since = [];
    this.clock = [];
    if (this.act !== 0) this.actAt(0, atMs);
  }

  /** The head of the queue has waited long enough, and with it all that began at the same moment. */
  private step(dueMs: number, axis: Axis): void {
    const direction = this.eff > this.act ? 1 : -1;
    const waiting = axis === 'event' ? this.since : this.clock;
    const headMs = waiting[0]!;
    const startedAtMs = this.since[0]!;
    let count = 1;
    while (waiting[count] === headMs) count++;
    // A told alert that came and went and came again within one late run goes on as the same.
    if (this.act === 0 && this.told === 0) this.startedAtMs = startedAtMs;
    this.since.splice(0, count);
    this.clock.splice(0, count);
    this.actAt(this.act + direction * count, dueMs);
  }

  private actAt(act: number, atMs: number): void {
    this.act = act;
    this.actAtMs = atMs;
    if (!this.isHushed) this.tell();
  }

  private tell(): void {
    const { act, told } = this;
    if (act === told) return;
    const level = act === 0 ? told : act;
    this.out.push({
      change: told === 0 ? 'raised' : act === 0 ? 'cleared' : 'severity_changed',
      severity: this.terms.condition.severities[level]!,
      atMs: this.actAtMs,
      startedAtMs: this.startedAtMs,
      value: this.value,
      limit: this.terms.condition.limitOf(level, this.memory),
      peak: this.peak,
    });
    this.told = act;
  }
}

interface Start {
  /** From when on the schedule is followed, where nothing held before. */
  atMs: number;
  isHushed: boolean;
  out: Transition[];
}

const LATE_QUIET_MS = 5000;
/** A sensor whose clock is wrong by an hour is late for ever; its alerts wait no longer than this. */
const LATE_RUN_MOST_MS = 10 * 60_000;

const AT_REST: Standing = {
  level: 0,
  eff: 0,
  act: 0,
  told: 0,
  since: [],
  clock: [],
  startedAtMs: 0,
  actAtMs: 0,
  value: null,
  reach: 0,
  peak: null,
  peakReach: 0,
  gateMs: 0,
  lateSinceMs: null,
  lateUntilMs: null,
};
