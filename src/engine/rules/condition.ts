import type { Severity } from '#domain/rule.ts';
import type { CompiledRule, RuleState, Sample, SensorFacts, Tick } from './compiled-rule.ts';

/** What is wrong with a rule, and where (JSON pointer, RFC 6901). */
export interface Problem {
  pointer: string;
  detail: string;
}

/** What a condition remembers between samples; plain JSON. */
export type Memory = RuleState;

/**
 * Handed to a condition with what held before, and filled by it with what holds now. One object
 * a rule, reused, so that judging costs no allocation.
 */
export interface Verdict {
  /** 0 = the condition does not hold; 1 … n = the level that holds, the severest last. */
  level: number;
  value: number | null;
  /** How far the value has gone: the greater, the further. Decides which value is the peak. */
  reach: number;
  /** Set by `onClock`: when the level changed, by the clock. */
  atMs: number;
}

/**
 * The part of a rule that differs by kind: does it hold, at which level? Delays, schedule, late
 * samples and telling are the same for all, and live in `course.ts`.
 */
export interface Condition {
  readonly takes: CompiledRule['takes'];
  readonly metrics: readonly string[];
  /** By level; the entry 0 stands for "does not hold" and is never read. */
  readonly severities: readonly Severity[];
  /** At rest, a value from restLow to restHigh changes nothing. NaN where every sample counts. */
  readonly restLow: number;
  readonly restHigh: number;
  /** False where the memory is still needed when nothing holds. */
  readonly forgetsAtRest: boolean;
  /** Judges one sample, given the level that held before it; returns the next memory. */
  observe(memory: Memory | undefined, sample: Sample, verdict: Verdict): Memory | undefined;
  /** The limit of a level, for transitions. */
  limitOf(level: number, memory: Memory | undefined): number | null;
  /** The event time after which a condition that holds lets go without a sample; Infinity where never. */
  subsidesMs(memory: Memory | undefined): number;
  /** When the clock alone will change the level; Infinity where never. */
  clockDueMs(memory: Memory | undefined, level: number, sensor: SensorFacts): number;
  /** Judges a moment of the clock: sets `verdict.level` and `verdict.atMs`, or leaves them. */
  onClock(memory: Memory | undefined, tick: Tick, verdict: Verdict): void;
}

/** The defaults of a condition that only samples change. */
export const SAMPLES_ONLY = {
  restLow: Number.NaN,
  restHigh: Number.NaN,
  forgetsAtRest: true,
  subsidesMs: () => Number.POSITIVE_INFINITY,
  clockDueMs: () => Number.POSITIVE_INFINITY,
  onClock: () => {},
} as const;

/**
 * Two decimal numbers such as 20.3 and 15.3 differ by a little less or more than 5 in binary;
 * a difference of them is compared with this much slack.
 */
export function roundingSlack(a: number, b: number): number {
  return 4 * Number.EPSILON * Math.max(Math.abs(a), Math.abs(b));
}
