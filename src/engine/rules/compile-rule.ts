import { VigieError } from '#domain/errors.ts';
import { type ConditionKind, conditionKind, type Rule } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import type {
  CompiledRule,
  RuleState,
  Sample,
  SensorFacts,
  Tick,
  Transition,
} from './compiled-rule.ts';
import type { Condition, Memory, Verdict } from './condition.ts';
import { Course, type Standing } from './course.ts';
import { findKind } from './kinds.ts';
import { OpeningHours } from './schedule.ts';
import { selectorMatches } from './selector.ts';
import { unsupportedKind, validateRule } from './validate-rule.ts';

/**
 * Makes a rule ready to evaluate. `enabled`, `latch` and `policy` are not looked at: whether a rule
 * runs and what becomes of its alerts is decided by those who run it.
 *
 * Throws VigieError `rule_invalid` (pointer = the first problem, `extra.errors` = every one) or
 * `not_supported` for a kind of condition that is not evaluated here.
 */
export function compileRule(rule: Rule): CompiledRule {
  const unsupported = unsupportedKind(rule);
  if (unsupported) {
    throw new VigieError('not_supported', unsupported.detail, { pointer: unsupported.pointer });
  }
  const errors = validateRule(rule);
  const [first] = errors;
  if (first) {
    const detail = errors.map((problem) => problem.detail).join('; ');
    throw new VigieError('rule_invalid', detail, { pointer: first.pointer, extra: { errors } });
  }
  return new ReadyRule(rule, findKind(rule.when)!.create(rule.severity ?? 'warning'));
}

/** What is kept of a rule on a sensor: what the condition remembers, and where the alert stands. */
interface State {
  memory?: Memory;
  standing?: Standing;
}

/** Clock events longer ago than this (the platform was down) are told as one: by what is now. */
const TOLD_ONE_BY_ONE_MS = 10 * 60_000;

class ReadyRule implements CompiledRule {
  readonly rule: Rule;
  readonly kind: ConditionKind;
  readonly takes: CompiledRule['takes'];
  readonly metrics: readonly string[];
  private readonly restLow: number;
  private readonly restHigh: number;
  private readonly condition: Condition;
  private readonly hours: OpeningHours | undefined;
  private readonly delays: { onMs: number; offMs: number };
  private readonly course: Course;
  private readonly verdict: Verdict = { level: 0, value: null, reach: 0, atMs: 0 };

  constructor(rule: Rule, condition: Condition) {
    this.rule = rule;
    this.kind = conditionKind(rule.when);
    this.takes = condition.takes;
    this.metrics = condition.metrics;
    this.restLow = condition.restLow;
    this.restHigh = condition.restHigh;
    this.condition = condition;
    this.hours = rule.schedule && new OpeningHours(rule.schedule);
    const { on_delay: on, off_delay: off } = rule.when;
    this.delays = { onMs: on ? durationMs(on) : 0, offMs: off ? durationMs(off) : 0 };
    this.course = new Course({ condition, hours: this.hours, delays: this.delays });
  }

  covers(sensor: SensorFacts): boolean {
    return selectorMatches(this.rule.where, sensor.sensorId, sensor.labels);
  }

  onSample(state: RuleState | undefined, sample: Sample, out: Transition[]): RuleState | undefined {
    // Nearly every sample ends here.
    if (state === undefined && sample.value >= this.restLow && sample.value <= this.restHigh) {
      return undefined;
    }
    return this.judge(state, sample, out);
  }

  private judge(
    state: RuleState | undefined,
    sample: Sample,
    out: Transition[],
  ): RuleState | undefined {
    const { condition, course, verdict } = this;
    const { memory, standing } = (state ?? NOTHING) as State;
    this.recall(standing);
    const next = condition.observe(memory, sample, verdict);
    if (standing === undefined) {
      if (verdict.level === 0) return next === memory ? state : this.keep(next, undefined);
    } else if (next === memory && this.isSteady(standing, sample)) return state;
    const eventMs = condition.takes === 'arrival' ? sample.receivedMs : sample.timeMs;
    const wasLate = standing !== undefined && standing.lateUntilMs !== null;
    course.begin(standing, memory, { atMs: eventMs, isHushed: sample.isLate || wasLate, out });
    const subsidesMs = condition.subsidesMs(memory);
    if (subsidesMs < eventMs) {
      course.advance(subsidesMs, 'event');
      course.subside(subsidesMs);
    }
    course.advance(eventMs, 'event');
    course.apply(verdict, next, { eventMs, clockMs: sample.receivedMs });
    course.advance(eventMs, 'event');
    if (sample.isLate) course.prolongLateRun(sample.receivedMs);
    else if (wasLate) course.endHush();
    return this.keep(next, course.end());
  }

  onTick(state: RuleState | undefined, tick: Tick, out: Transition[]): RuleState | undefined {
    const { condition, course, verdict } = this;
    const { memory, standing } = (state ?? NOTHING) as State;
    const { nowMs } = tick;
    const lateUntilMs = standing === undefined ? null : standing.lateUntilMs;
    if (lateUntilMs !== null && lateUntilMs > nowMs) return state;
    const level = this.recall(standing);
    condition.onClock(memory, tick, verdict);
    const isTurn = verdict.level !== level;
    if (!isTurn && this.standingDueMs(standing) > nowMs) return state;
    const turnMs = isTurn ? this.turnMs(level, nowMs) : Number.POSITIVE_INFINITY;
    // What was due long ago, or during a run of late samples, is caught up with and told as it ends.
    const hushUntilMs = lateUntilMs === null ? nowMs - TOLD_ONE_BY_ONE_MS : nowMs;
    course.begin(standing, memory, { atMs: nowMs, isHushed: true, out });
    if (turnMs <= hushUntilMs) this.turn(turnMs);
    course.advance(hushUntilMs, 'clock');
    course.endHush();
    if (turnMs > hushUntilMs && turnMs <= nowMs) this.turn(turnMs);
    course.advance(nowMs, 'clock');
    return this.keep(memory, course.end());
  }

  dueMs(state: RuleState | undefined, sensor: SensorFacts): number {
    const { memory, standing } = (state ?? NOTHING) as State;
    if (standing === undefined) return this.condition.clockDueMs(memory, 0, sensor);
    if (standing.lateUntilMs !== null) return standing.lateUntilMs;
    const conditionMs = this.condition.clockDueMs(memory, standing.level, sensor);
    return Math.min(conditionMs, this.standingDueMs(standing));
  }

  isActive(state: RuleState | undefined): boolean {
    return ((state as State | undefined)?.standing?.told ?? 0) > 0;
  }

  peakOf(state: RuleState | undefined): number | null {
    return (state as State | undefined)?.standing?.peak ?? null;
  }

  /** When the clock next moves a standing: a delay, the schedule, the end of a late run. */
  private standingDueMs(standing: Standing | undefined): number {
    if (standing === undefined) return Number.POSITIVE_INFINITY;
    if (standing.lateUntilMs !== null) return standing.lateUntilMs;
    const [first] = standing.clock;
    const delayMs = standing.eff > standing.act ? this.delays.onMs : this.delays.offMs;
    const pendingMs = first === undefined ? Number.POSITIVE_INFINITY : first + delayMs;
    const gateEndMs = this.hours?.endMs(standing.gateMs) ?? Number.POSITIVE_INFINITY;
    return Math.min(pendingMs, gateEndMs);
  }

  /** When the clock changed the level; what began before the schedule opened counts from the opening. */
  private turnMs(levelBefore: number, nowMs: number): number {
    const { hours, verdict } = this;
    const isUp = verdict.level > levelBefore;
    return isUp && hours?.isOpen(nowMs)
      ? Math.max(verdict.atMs, hours.startMs(nowMs))
      : verdict.atMs;
  }

  private turn(atMs: number): void {
    const { course, verdict } = this;
    course.advance(atMs, 'clock');
    course.apply(verdict, course.memoryNow, { eventMs: atMs, clockMs: atMs });
  }

  /** Fills the verdict with what held before; gives its level. */
  private recall(standing: Standing | undefined): number {
    const { verdict } = this;
    verdict.level = standing === undefined ? 0 : standing.level;
    verdict.value = standing === undefined ? null : standing.value;
    verdict.reach = standing === undefined ? 0 : standing.reach;
    return verdict.level;
  }

  /** An alert that simply goes on: the value is not needed later and is no new peak. */
  private isSteady(standing: Standing, sample: Sample): boolean {
    return (
      this.verdict.level === standing.level &&
      standing.since.length === 0 &&
      this.hours === undefined &&
      !sample.isLate &&
      standing.lateUntilMs === null &&
      this.verdict.reach <= standing.peakReach
    );
  }

  private keep(memory: Memory | undefined, standing: Standing | undefined): RuleState | undefined {
    if (standing !== undefined) {
      return (memory === undefined ? { standing } : { memory, standing }) as RuleState;
    }
    return memory === undefined || this.condition.forgetsAtRest ? undefined : { memory };
  }
}

const NOTHING: State = {};
