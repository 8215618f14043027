import type { PromqlNode } from './parse-promql.ts';
import { PromqlError } from './promql-tokens.ts';
import { type SeriesNames, type SeriesScope, scopeOf } from './series-scope.ts';

// Tested by: cli/import/prometheus/promql.test.ts

/** Functions of one number that are called the same on both sides. */
const SAME_FUNCTIONS = new Set(['abs', 'sqrt', 'exp', 'ln', 'log10', 'round']);
const SAME_OPERATORS = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '>',
  '>=',
  '<',
  '<=',
  '==',
  '!=',
  'and',
  'or',
]);
const WORDS = new Set(['and', 'or', 'not', 'if', 'metric']);

/** An expression of Vigie with the same value; the series that it names are added to `scopes`. */
export function expressionText(
  node: PromqlNode,
  work: { names: SeriesNames; scopes: SeriesScope[] },
): string {
  switch (node.kind) {
    case 'number':
      if (!Number.isFinite(node.value)) throw new PromqlError('Inf and NaN are no limits');
      return String(node.value);
    case 'text':
      throw new PromqlError('a text is no value');
    case 'negative':
      return `-${operandText(node.operand, work)}`;
    case 'selector': {
      if (node.rangeMs !== undefined) throw new PromqlError('a range is no value');
      const scope = scopeOf(node, work.names);
      work.scopes.push(scope);
      return metricText(scope.metric);
    }
    case 'call': {
      const [argument] = node.args;
      if (SAME_FUNCTIONS.has(node.name) && argument !== undefined && node.args.length === 1) {
        return `${node.name}(${expressionText(argument, work)})`;
      }
      if (node.name === 'predict_linear') {
        throw new PromqlError('a forecast is part of the format, and not evaluated yet');
      }
      throw new PromqlError(`${node.name}() has no counterpart here`);
    }
    case 'binary': {
      const { operator } = node;
      const [left, right] = [operandText(node.left, work), operandText(node.right, work)];
      if (operator === 'unless') return `${left} and not ${right}`;
      if (!SAME_OPERATORS.has(operator)) throw new PromqlError(`${operator} has no counterpart`);
      return `${left} ${operator} ${right}`;
    }
    default:
      return node satisfies never;
  }
}

function operandText(node: PromqlNode, work: Parameters<typeof expressionText>[1]): string {
  const text = expressionText(node, work);
  return node.kind === 'binary' || node.kind === 'negative' ? `(${text})` : text;
}

function metricText(metric: string): string {
  return /^[A-Za-z_]\w*$/.test(metric) && !WORDS.has(metric.toLowerCase())
    ? metric
    : `metric("${metric}")`;
}
