import { listOf, type Members, membersOf, textOf } from '../config/source-document.ts';
import { parsePromql } from '../prometheus/parse-promql.ts';
import { PromqlError } from '../prometheus/promql-tokens.ts';

// Tested by: cli/import/grafana/grafana.test.ts

export interface ConditionExpression {
  /** PromQL that says what the rule's condition says. */
  expr: string;
  /** By how much a value has to come back, where the rule has a recovery threshold. */
  deadband: number | undefined;
}

const MOST_STEPS = 20;

/** The condition of a Grafana-managed rule, from its queries and expressions, as one PromQL expression; throws `PromqlError`. */
export function conditionExpression(rule: Members): ConditionExpression {
  const nodes = new Map(
    listOf(rule.data).map((one) => [String(membersOf(one).refId), membersOf(one)] as const),
  );
  const condition = String(rule.condition);
  return { expr: exprOf(condition, nodes, 0), deadband: deadbandOf(nodes.get(condition)) };
}

type Nodes = ReadonlyMap<string, Members>;

function exprOf(refId: string, nodes: Nodes, depth: number): string {
  const node = nodes.get(refId);
  if (node === undefined) throw new PromqlError(`it names ${refId}, which is not there`);
  if (depth > MOST_STEPS) throw new PromqlError('its expressions go in a circle');
  const model = membersOf(node.model);
  if (node.datasourceUid !== '__expr__' && node.datasourceUid !== '-100') return queryOf(model);
  const inner = (name: unknown) => exprOf(String(name), nodes, depth + 1);
  switch (model.type) {
    case 'reduce':
      return reduced(String(model.reducer), { nodes, model, inner: inner(model.expression) });
    case 'threshold': {
      const { evaluator } = membersOf(listOf(model.conditions)[0]);
      return compared(inner(model.expression), membersOf(evaluator));
    }
    case 'classic_conditions':
      return classic(model, { nodes, inner });
    case 'math':
      return String(model.expression)
        .replace(/\$\{?(\w+)\}?/g, (_, name: string) => `(${inner(name)})`)
        .replaceAll('&&', ' and ')
        .replaceAll('||', ' or ');
    default:
      throw new PromqlError(`an expression of the type ${model.type} has no counterpart`);
  }
}

function queryOf(model: Members): string {
  const type = textOf(membersOf(model.datasource).type);
  const expr = textOf(model.expr);
  if (expr !== undefined && (type === undefined || type === 'prometheus')) return expr;
  throw new PromqlError(`its query is not PromQL${type === undefined ? '' : ` but of ${type}`}`);
}

const OVER_TIME: Readonly<Record<string, string>> = {
  mean: 'avg_over_time',
  avg: 'avg_over_time',
  min: 'min_over_time',
  max: 'max_over_time',
};

/** One number from a range: of the last value, or over the time that the query asks for. */
function reduced(
  reducer: string,
  { nodes, model, inner }: { nodes: Nodes; model: Members; inner: string },
): string {
  const node = nodes.get(String(model.expression));
  const isInstant = membersOf(node?.model).instant === true;
  if (reducer === 'last' || isInstant) return inner;
  const name = OVER_TIME[reducer];
  if (name === undefined) throw new PromqlError(`the reducer ${reducer} has no counterpart`);
  if (parsePromql(inner).kind !== 'selector') {
    throw new PromqlError(`${reducer} of more than a series has no counterpart`);
  }
  const { from, to } = membersOf(node?.relativeTimeRange);
  const seconds = Number(from ?? 600) - Number(to ?? 0);
  return `${name}(${inner}[${seconds}s])`;
}

function compared(inner: string, { type, params }: Members): string {
  const [first, second] = listOf(params).map(Number);
  const operator = OPERATORS[String(type)];
  if (first === undefined || !Number.isFinite(first)) throw new PromqlError('it has no limit');
  if (operator !== undefined) return `(${inner}) ${operator} ${first}`;
  if (type === 'within_range') return `(${inner}) > ${first} and (${inner}) < ${second}`;
  if (type === 'outside_range') return `(${inner}) < ${first} or (${inner}) > ${second}`;
  throw new PromqlError(`${type} has no counterpart`);
}

const OPERATORS: Readonly<Record<string, string>> = {
  gt: '>',
  lt: '<',
  gte: '>=',
  lte: '<=',
  eq: '==',
  ne: '!=',
};

function classic(
  model: Members,
  { nodes, inner }: { nodes: Nodes; inner: (name: unknown) => string },
): string {
  const conditions = listOf(model.conditions).map(membersOf);
  const [one] = conditions;
  if (one === undefined || conditions.length > 1) {
    throw new PromqlError('classic conditions have a counterpart only where there is one');
  }
  const refId = listOf(membersOf(one.query).params)[0];
  const reducer = String(membersOf(one.reducer).type);
  const value = reduced(reducer, { nodes, model: { expression: refId }, inner: inner(refId) });
  return compared(value, membersOf(one.evaluator));
}

function deadbandOf(node: Members | undefined): number | undefined {
  const condition = membersOf(listOf(membersOf(node?.model).conditions)[0]);
  const [limit, back] = [condition.evaluator, condition.unloadEvaluator].map((one) =>
    Number(listOf(membersOf(one).params)[0]),
  );
  const deadband = Math.abs(limit! - back!);
  return Number.isFinite(deadband) && deadband > 0 ? Number(deadband.toPrecision(12)) : undefined;
}
