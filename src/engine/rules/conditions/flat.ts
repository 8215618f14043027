import type { Condition as RuleCondition, Severity } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import { type Condition, type Problem, roundingSlack, SAMPLES_ONLY } from '../condition.ts';

type FlatWhen = Extract<RuleCondition, { flat: unknown }>;

/** Samples in a row that lie within the tolerance of each other. */
interface Run {
  fromMs: number;
  min: number;
  max: number;
}

export function flatProblems(when: FlatWhen): Problem[] {
  if (durationMs(when.flat.for) > 0) return [];
  return [{ pointer: '/when/flat/for', detail: 'every value is flat for no time at all' }];
}

/**
 * Stuck: the values of a run (greatest less least ≤ tolerance) have gone on for the time. Only a
 * sample raises it, never the clock: a sensor that says nothing is silent, not flat. The sample that
 * leaves the run clears it and begins the next run.
 */
export function flatCondition(when: FlatWhen, severity: Severity): Condition {
  const forMs = durationMs(when.flat.for);
  const tolerance = when.flat.tolerance ?? 0;
  return {
    ...SAMPLES_ONLY,
    takes: 'sample',
    metrics: [when.metric],
    severities: [severity, severity],
    forgetsAtRest: false,
    observe(memory, { timeMs, value }, verdict) {
      const run = memory as unknown as Run | undefined;
      const min = run === undefined ? value : Math.min(run.min, value);
      const max = run === undefined ? value : Math.max(run.max, value);
      const slack = tolerance > 0 ? roundingSlack(min, max) : 0;
      const stays = run !== undefined && max - min <= tolerance + slack;
      verdict.level = stays && timeMs - run.fromMs >= forMs ? 1 : 0;
      verdict.value = value;
      verdict.reach = 0;
      if (!stays) return { fromMs: timeMs, min: value, max: value };
      return min === run.min && max === run.max ? memory : { fromMs: run.fromMs, min, max };
    },
    limitOf: () => null,
  };
}
