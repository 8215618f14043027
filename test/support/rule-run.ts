import type { Condition, Rule } from '#domain/rule.ts';
import { compileRule } from '#engine/rules/compile-rule.ts';
import type {
  CompiledRule,
  RuleState,
  SensorFacts,
  Transition,
} from '#engine/rules/compiled-rule.ts';

export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export function ruleOf(when: Condition, rest: Partial<Rule> = {}): Rule {
  return {
    id: 'r',
    when,
    enabled: true,
    revision: 1,
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    ...rest,
  };
}

interface MutableFacts {
  calibrationDateMs: number | undefined;
  lastReceivedMs: number | undefined;
  cadenceMs: number | undefined;
  updateWithinMs: number | undefined;
  labels: Record<string, string>;
  values: Record<string, number>;
}

export interface SampleOptions {
  receivedMs?: number;
  isLate?: boolean;
}

/**
 * One rule on one sensor, with everything that it says. States are frozen, so that a rule that writes
 * into one fails; with `restarts`, every call goes through JSON and a rule compiled anew.
 */
export class RuleRun {
  readonly facts: MutableFacts = {
    calibrationDateMs: undefined,
    lastReceivedMs: undefined,
    cadenceMs: undefined,
    updateWithinMs: undefined,
    labels: {},
    values: {},
  };
  readonly out: Transition[] = [];
  state: RuleState | undefined;
  private readonly source: Rule;
  private readonly restarts: boolean;
  private compiled: CompiledRule;

  constructor(rule: Rule, { restarts = false } = {}) {
    this.source = rule;
    this.restarts = restarts;
    this.compiled = compileRule(rule);
  }

  get rule(): CompiledRule {
    if (this.restarts) {
      this.compiled = compileRule(this.source);
      this.state = this.state && frozen(JSON.parse(JSON.stringify(this.state)));
    }
    return this.compiled;
  }

  get sensor(): SensorFacts {
    const { values, ...facts } = this.facts;
    return { ...facts, sensorId: 's', lastValue: (metric) => values[metric] };
  }

  get dueMs(): number {
    return this.rule.dueMs(this.state, this.sensor);
  }

  get isActive(): boolean {
    return this.rule.isActive(this.state);
  }

  /** One sample; for rules that take readings or arrivals, the reading that holds it. Returns what it brought about. */
  sample(timeMs: number, value: number, options: SampleOptions = {}): Transition[] {
    const { receivedMs = timeMs, isLate = false } = options;
    const { rule } = this;
    this.facts.lastReceivedMs = receivedMs;
    if (rule.takes === 'arrival' && this.state === undefined) return [];
    const [metric = ''] = rule.takes === 'sample' ? rule.metrics : [];
    const given = rule.takes === 'sample' ? value : Number.NaN;
    return this.collect((out) =>
      rule.onSample(
        this.state,
        { sensor: this.sensor, metric, timeMs, receivedMs, value: given, isLate },
        out,
      ),
    );
  }

  /** A reading for an expression: sets the values, then lets the rule see it. */
  reading(timeMs: number, values: Record<string, number>, options?: SampleOptions): Transition[] {
    Object.assign(this.facts.values, values);
    return this.sample(timeMs, Number.NaN, options);
  }

  tick(nowMs: number): Transition[] {
    return this.collect((out) => this.rule.onTick(this.state, { sensor: this.sensor, nowMs }, out));
  }

  /** Ticks at every due time up to and including a moment, as a punctual processor does. */
  ticksUntil(nowMs: number): Transition[] {
    const before = this.out.length;
    let last = Number.NEGATIVE_INFINITY;
    for (let due = this.dueMs; due <= nowMs; due = this.dueMs) {
      const at = Math.max(due, last);
      if (due <= last) throw new Error(`the rule is still due at ${due} after the tick at ${last}`);
      this.tick(at);
      last = at;
    }
    return this.out.slice(before);
  }

  private collect(step: (out: Transition[]) => RuleState | undefined): Transition[] {
    const out: Transition[] = [];
    this.state = frozen(step(out));
    this.out.push(...out);
    return out;
  }
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}

/** A transition in one line, for expectations: `raised critical @5000 since 0 value -9 limit -10 peak -8`. */
export function line(transition: Transition): string {
  const { change, severity, atMs, startedAtMs, value, limit, peak } = transition;
  return `${change} ${severity} @${atMs} since ${startedAtMs} value ${value} limit ${limit} peak ${peak}`;
}

/** `raised warning @60000`. */
export function short({ change, severity, atMs }: Transition): string {
  return `${change} ${severity} @${atMs}`;
}
