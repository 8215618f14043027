import type { Condition } from '#domain/rule.ts';
import { formatDuration } from '#domain/time.ts';
import type { NumberComparison } from './comparison.ts';
import type { PromqlNode } from './parse-promql.ts';
import { PromqlError } from './promql-tokens.ts';
import { scopeOf } from './series-scope.ts';
import { delaysOf, type TranslateContext, type Translation } from './translation.ts';

// Tested by: cli/import/prometheus/promql.test.ts

interface WindowCall {
  name: string;
  series: Extract<PromqlNode, { kind: 'selector' }>;
  windowMs: number;
  /** Within abs(). */
  isAbsolute: boolean;
}

const ROSE = new Set(['rate', 'increase']);
const MOVED = new Set(['delta', 'deriv']);
const PER_SECOND = new Set(['rate', 'deriv']);
const NEVER_MOVES = new Set([
  ...['rate', 'increase', 'delta', 'deriv', 'irate', 'idelta'],
  ...['changes', 'stddev_over_time', 'stdvar_over_time'],
]);

/** A function over a range against a number; undefined where it is no such function. Throws where it has no counterpart. */
export function translateWindow(
  comparison: NumberComparison,
  context: TranslateContext,
): Translation | undefined {
  const call = windowCallOf(comparison.left);
  if (call === undefined) return undefined;
  const { name } = call;
  if (name.endsWith('_over_time') && !NEVER_MOVES.has(name)) {
    return overTime(call, comparison, context);
  }
  if (NEVER_MOVES.has(name) && standsStill(name, comparison)) return flat(call, context);
  if (ROSE.has(name) || MOVED.has(name)) return moved(call, comparison, context);
  throw new PromqlError(`${name}() ${comparison.operator} ${comparison.limit} has no counterpart`);
}

function windowCallOf(node: PromqlNode): WindowCall | undefined {
  if (node.kind !== 'call') return undefined;
  const [argument] = node.args;
  if (node.args.length !== 1 || argument === undefined) return undefined;
  if (node.name === 'abs') {
    const inner = windowCallOf(argument);
    return inner && { ...inner, isAbsolute: true };
  }
  if (argument.kind !== 'selector' || argument.rangeMs === undefined) return undefined;
  const { rangeMs: windowMs, ...series } = argument;
  return { name: node.name, series, windowMs, isAbsolute: false };
}

/** The least value of a window lies above a limit when all do: a delay says the same. */
function overTime(
  { name, series, windowMs }: WindowCall,
  { operator, limit }: NumberComparison,
  context: TranslateContext,
): Translation {
  if (operator !== '>' && operator !== '<') {
    throw new PromqlError(`${name}() ${operator} has no counterpart; > and < have`);
  }
  const isAll = (name === 'min_over_time') === (operator === '>');
  const changes: string[] = [];
  let delays: ReturnType<typeof delaysOf>;
  if (name === 'last_over_time') delays = delaysOf(context);
  else if (name === 'min_over_time' || name === 'max_over_time') {
    delays = delaysOf(context, isAll ? { onMs: windowMs } : { offMs: windowMs });
  } else if (name === 'avg_over_time') {
    delays = delaysOf(context, { onMs: windowMs });
    const window = formatDuration(windowMs);
    changes.push(
      `not the mean of ${window}, but every value of ${window} has to lie beyond the limit: it comes later, if at all`,
    );
  } else throw new PromqlError(`${name}() has no counterpart here`);
  const { metric, where } = scopeOf(series, context);
  const levels = [{ limit }];
  const when: Condition =
    operator === '>' ? { metric, above: levels, ...delays } : { metric, below: levels, ...delays };
  return { when, where, changes };
}

function standsStill(name: string, { operator, limit }: NumberComparison): boolean {
  if (limit === 0) return operator === '==' || (operator === '<=' && !MOVED.has(name));
  return name === 'changes' && limit === 1 && operator === '<';
}

function flat({ series, windowMs }: WindowCall, context: TranslateContext): Translation {
  const { metric, where } = scopeOf(series, context);
  const when = { metric, flat: { for: formatDuration(windowMs) }, ...delaysOf(context) };
  return { when, where, changes: [] };
}

/** A rise by so much, or so much a second, within the window. */
function moved(
  { name, series, windowMs, isAbsolute }: WindowCall,
  { operator, limit }: NumberComparison,
  context: TranslateContext,
): Translation {
  const isFall = MOVED.has(name) && operator.startsWith('<') && limit < 0 && !isAbsolute;
  if (!(isFall || (operator.startsWith('>') && limit > 0))) {
    throw new PromqlError(`${name}() ${operator} ${limit} has no counterpart`);
  }
  const factor = PER_SECOND.has(name) ? windowMs / 1000 : 1;
  const by = Number((Math.abs(limit) * factor).toPrecision(12));
  const changes = isAbsolute
    ? []
    : [
        ROSE.has(name)
          ? 'a fall counts as well as a rise; where the counter begins again, it has fallen'
          : `a ${isFall ? 'rise' : 'fall'} counts as well as a ${isFall ? 'fall' : 'rise'}`,
      ];
  const { metric, where } = scopeOf(series, context);
  const within = formatDuration(windowMs);
  return { when: { metric, change: { by, within }, ...delaysOf(context) }, where, changes };
}
