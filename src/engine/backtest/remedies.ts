import type { Rule } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import { compileRule } from '../rules/compile-rule.ts';
import type { CompiledRule } from '../rules/compiled-rule.ts';
import { validateRule } from '../rules/validate-rule.ts';

/** The same rule with more patience. */
export interface Remedy {
  /** null where the kind of condition has none. */
  deadband: number | null;
  on_delay: string;
  rule: CompiledRule;
}

const STEPS = [0.25, 0.5, 1, 2, 4];
const DELAYS = ['1m', '3m', '5m'];

/**
 * What may end chattering, the smallest first: a deadband of some multiples of the usual step between samples costs no
 * time, so each is tried before a longer delay. None takes from the rule's own; what would make no valid rule is left out.
 */
export function remedies(rule: Rule, stepSize: number): Remedy[] {
  const { when } = rule;
  const delay = when.on_delay ?? '0s';
  const delays = [delay, ...DELAYS.filter((longer) => durationMs(longer) > durationMs(delay))];
  const deadbands = deadbandsOf(rule, stepSize);
  return delays
    .flatMap((on_delay) => deadbands.map((deadband) => ({ deadband, on_delay })))
    .slice(1)
    .flatMap(({ deadband, on_delay }) => {
      const changed = { ...when, on_delay, ...(deadband === null ? {} : { deadband }) };
      const patient = { ...rule, when: changed as Rule['when'] };
      if (validateRule(patient).length > 0) return [];
      return [{ deadband, on_delay, rule: compileRule(patient) }];
    });
}

/** The rule's own first. */
function deadbandsOf({ when }: Rule, stepSize: number): (number | null)[] {
  const hasDeadband = 'above' in when || 'below' in when || 'outside' in when || 'change' in when;
  if (!hasDeadband) return [null];
  const own = when.deadband ?? 0;
  const tried = STEPS.map((share) => Number((share * stepSize).toPrecision(2)));
  return [own, ...tried.filter((deadband) => deadband > own)];
}

/** The median difference between neighbours that differ; 0 where none do. */
export function usualStep(values: Float64Array): number {
  const steps = new Float64Array(values.length);
  let count = 0;
  for (let at = 1; at < values.length; at++) {
    const step = Math.abs(values[at]! - values[at - 1]!);
    if (step > 0) steps[count++] = step;
  }
  return steps.subarray(0, count).sort()[count >> 1] ?? 0;
}
