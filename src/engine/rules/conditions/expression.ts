import type { Condition as RuleCondition, Severity } from '#domain/rule.ts';
import { type Condition, type Memory, type Problem, SAMPLES_ONLY } from '../condition.ts';
import { compareHolds, compileExpression } from '../expression/compile-expression.ts';
import { ExpressionError } from '../expression/tokens.ts';

type ExpressionWhen = Extract<RuleCondition, { expression: unknown }>;

export function expressionProblems(when: ExpressionWhen): Problem[] {
  try {
    compileExpression(when.expression);
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [{ pointer: '/when/expression', detail: error.message }];
  }
}

/**
 * A truth over the last values of the sensor's metrics, looked at once a reading and only when each has a
 * value. Where a result on the way is not finite, nothing changes. Where the whole is one comparison its left
 * side is the value and its right side the limit; else both are null.
 */
export function expressionCondition(when: ExpressionWhen, severity: Severity): Condition {
  const { evaluate, metrics, comparison } = compileExpression(when.expression);
  return {
    ...SAMPLES_ONLY,
    takes: 'reading',
    metrics,
    severities: [severity, severity],
    observe(memory, { sensor }, verdict) {
      for (const metric of metrics) if (sensor.lastValue(metric) === undefined) return memory;
      if (comparison === undefined) {
        const held = evaluate(sensor);
        if (!Number.isNaN(held)) verdict.level = held;
        return memory;
      }
      const left = comparison.left(sensor);
      const right = comparison.right(sensor);
      if (Number.isNaN(left) || Number.isNaN(right)) return memory;
      verdict.level = compareHolds(comparison.operator, left, right) ? 1 : 0;
      verdict.value = left;
      const isUpward = comparison.operator === '>' || comparison.operator === '>=';
      const isDownward = comparison.operator === '<' || comparison.operator === '<=';
      verdict.reach = isUpward ? left - right : isDownward ? right - left : Math.abs(left - right);
      return memory?.limit === right ? memory : { limit: right };
    },
    limitOf: (_level, memory: Memory | undefined) => (memory?.limit as number | undefined) ?? null,
  };
}
