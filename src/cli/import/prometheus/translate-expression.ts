import { isDeepStrictEqual } from 'node:util';
import { formatDuration } from '#domain/time.ts';
import {
  ARITHMETIC,
  comparisonOf,
  constantOf,
  FLIPPED,
  type NumberComparison,
} from './comparison.ts';
import { expressionText } from './expression-text.ts';
import { type PromqlNode, parsePromql } from './parse-promql.ts';
import { PromqlError } from './promql-tokens.ts';
import { type SeriesScope, scopeOf } from './series-scope.ts';
import { translateWindow } from './translate-window.ts';
import { delaysOf, type TranslateContext, type Translation } from './translation.ts';

// Tested by: cli/import/prometheus/promql.test.ts

/** How far back Prometheus looks for the last value of a series, ms. */
const LOOKBACK_MS = 5 * 60_000;

/** The condition that says what an alert's expression says; throws `PromqlError` with the reason where there is none. */
export function translateExpression(source: string, context: TranslateContext): Translation {
  const node = parsePromql(source);
  const silence = silenceOf(node, context);
  if (silence !== undefined) return silence;
  const outside = outsideOf(node, context);
  if (outside !== undefined) return outside;
  const comparison = comparisonOf(node);
  if (comparison === undefined) return expressionOf(node, context);
  return (
    translateWindow(comparison, context) ??
    levelOf(comparison, context) ??
    expressionOf(node, context)
  );
}

/** `absent(…)`, `up == 0` and `time() - timestamp(…) > n`: nothing comes any more. */
function silenceOf(node: PromqlNode, context: TranslateContext): Translation | undefined {
  const whole =
    'silence is of the whole sensor, not of one metric, and of one that has sent before';
  const comparison = comparisonOf(node);
  // `absent(…)` is 1 or nothing at all.
  const asked = comparison?.operator === '==' && comparison.limit === 1 ? comparison.left : node;
  if (asked.kind === 'call' && /^absent(?:_over_time)?$/.test(asked.name)) {
    const [series] = asked.args;
    if (series?.kind !== 'selector') throw new PromqlError(`${asked.name} of more than a series`);
    const silent = formatDuration((series.rangeMs ?? LOOKBACK_MS) + context.forMs);
    return { when: { silent }, where: scopeOf(series, context).where, changes: [whole] };
  }
  if (comparison === undefined) return undefined;
  const { left, operator, limit } = comparison;
  if (left.kind === 'selector' && left.metric === 'up') {
    const isDown = limit === 0 ? operator === '==' : limit === 1 && /^(?:<|!=)$/.test(operator);
    if (!isDown) throw new PromqlError('up is known to the program that scrapes, not to a sensor');
    const change = 'nothing is scraped here: a sensor that is down is one that sends nothing';
    const silent = context.forMs > 0 ? formatDuration(context.forMs) : 'auto';
    const names = { ...context, metrics: { up: 'up' } };
    return { when: { silent }, where: scopeOf(left, names).where, changes: [change] };
  }
  const series = ageOf(left);
  if (series === undefined || !operator.startsWith('>')) return undefined;
  const silent = formatDuration(limit * 1000 + context.forMs);
  return { when: { silent }, where: scopeOf(series, context).where, changes: [whole] };
}

/** The series whose age `time() - timestamp(series)` is. */
function ageOf(node: PromqlNode): Extract<PromqlNode, { kind: 'selector' }> | undefined {
  if (node.kind !== 'binary' || node.operator !== '-') return undefined;
  const { left, right } = node;
  if (left.kind !== 'call' || left.name !== 'time') return undefined;
  if (right.kind !== 'call' || right.name !== 'timestamp') return undefined;
  const [series] = right.args;
  return series?.kind === 'selector' ? series : undefined;
}

/** `m < a or m > b` of one series. */
function outsideOf(node: PromqlNode, context: TranslateContext): Translation | undefined {
  if (node.kind !== 'binary' || node.operator !== 'or') return undefined;
  const sides = [comparisonOf(node.left), comparisonOf(node.right)];
  const low = sides.find((side) => side?.operator === '<');
  const high = sides.find((side) => side?.operator === '>');
  if (low?.left.kind !== 'selector' || high?.left.kind !== 'selector') return undefined;
  if (!isDeepStrictEqual(low.left, high.left) || low.limit >= high.limit) return undefined;
  const { metric, where } = scopeOf(low.left, context);
  const outside = [{ range: [low.limit, high.limit] as [number, number] }];
  return { when: { metric, outside, ...delaysOf(context) }, where, changes: [] };
}

/** A series against a number. */
function levelOf(
  { left, operator, limit }: NumberComparison,
  context: TranslateContext,
): Translation | undefined {
  if (left.kind !== 'selector' || (operator !== '>' && operator !== '<')) return undefined;
  if (left.rangeMs !== undefined) throw new PromqlError('a range is no value');
  const { metric, where } = scopeOf(left, context);
  const levels = [{ limit }];
  const delays = delaysOf(context);
  const when =
    operator === '>' ? { metric, above: levels, ...delays } : { metric, below: levels, ...delays };
  return { when, where, changes: [] };
}

/** Anything else that is arithmetic over the metrics of one sensor. */
function expressionOf(node: PromqlNode, context: TranslateContext): Translation {
  if (constantOf(node) !== undefined || (node.kind === 'call' && node.name === 'vector')) {
    throw new PromqlError('it always holds; the canary watches over the platform itself');
  }
  const scopes: SeriesScope[] = [];
  const expression = expressionText(node, { names: context, scopes });
  const [first] = scopes;
  if (first === undefined) throw new PromqlError('it names no metric');
  if (!scopes.every(({ where }) => isDeepStrictEqual(where, first.where))) {
    throw new PromqlError('it compares series of different labels; a rule looks at one sensor');
  }
  if (!isTruth(node)) {
    throw new PromqlError('it has no limit, or a comparison stands where a value should');
  }
  return { when: { expression, ...delaysOf(context) }, where: first.where, changes: [] };
}

function isTruth(node: PromqlNode): boolean {
  if (node.kind !== 'binary') return false;
  if (node.operator in FLIPPED) return isNumber(node.left) && isNumber(node.right);
  return /^(?:and|or|unless)$/.test(node.operator) && isTruth(node.left) && isTruth(node.right);
}

/** A comparison of PromQL is a series that some values are missing of; here it is a truth, which is no number. */
function isNumber(node: PromqlNode): boolean {
  switch (node.kind) {
    case 'number':
    case 'selector':
      return true;
    case 'text':
      return false;
    case 'negative':
      return isNumber(node.operand);
    case 'call':
      return node.args.every(isNumber);
    case 'binary':
      return node.operator in ARITHMETIC && isNumber(node.left) && isNumber(node.right);
    default:
      return node satisfies never;
  }
}
