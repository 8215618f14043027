import type { SensorFacts } from '../compiled-rule.ts';
import { FUNCTIONS } from './functions.ts';
import { type BinaryOperator, type ExpressionNode, parseExpression } from './parse-expression.ts';
import { ExpressionError } from './tokens.ts';

/** A number; a truth as 1 or 0; NaN where an intermediate result was not finite. */
type Evaluate = (facts: SensorFacts) => number;

interface Typed {
  type: 'number' | 'truth';
  evaluate: Evaluate;
}

type Comparator = '>' | '>=' | '<' | '<=' | '==' | '!=';

interface CompiledExpression {
  /** 1 true, 0 false, NaN unknown. Ask only when every metric has a value. */
  evaluate: Evaluate;
  /** In order of appearance, each once. */
  metrics: readonly string[];
  /** Where the whole is one comparison: its sides, to show as value and limit. */
  comparison: { operator: Comparator; left: Evaluate; right: Evaluate } | undefined;
}

/** Parses, checks names and types, and makes closures. Throws ExpressionError. */
export function compileExpression(source: string): CompiledExpression {
  const node = parseExpression(source);
  const metrics = new Set<string>();
  const { type, evaluate } = typed(node, metrics);
  if (type !== 'truth') {
    throw new ExpressionError('the expression must compare something, as in a > 5', node.at);
  }
  if (metrics.size === 0) throw new ExpressionError('the expression names no metric', node.at);
  let comparison: CompiledExpression['comparison'];
  if (node.kind === 'binary' && isComparator(node.operator)) {
    const left = typed(node.left, metrics).evaluate;
    const right = typed(node.right, metrics).evaluate;
    comparison = { operator: node.operator, left, right };
  }
  return { evaluate, metrics: [...metrics], comparison };
}

export function compareHolds(operator: Comparator, left: number, right: number): boolean {
  switch (operator) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    default:
      return operator satisfies never;
  }
}

function isComparator(operator: BinaryOperator): operator is Comparator {
  return ['>', '>=', '<', '<=', '==', '!='].includes(operator);
}

const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

function typed(node: ExpressionNode, metrics: Set<string>): Typed {
  const want = (operand: ExpressionNode, type: Typed['type']): Evaluate => {
    const found = typed(operand, metrics);
    if (found.type === type) return found.evaluate;
    const [is, needed] = type === 'number' ? ['a truth', 'a number'] : ['a number', 'a truth'];
    throw new ExpressionError(`this is ${is}, where ${needed} is needed`, operand.at);
  };
  switch (node.kind) {
    case 'number': {
      const { value } = node;
      return { type: 'number', evaluate: () => value };
    }
    case 'metric': {
      const { name } = node;
      metrics.add(name);
      return { type: 'number', evaluate: (facts) => facts.lastValue(name) ?? Number.NaN };
    }
    case 'unary': {
      if (node.operator === '-') {
        const number = want(node.operand, 'number');
        return { type: 'number', evaluate: (facts) => -number(facts) };
      }
      const truth = want(node.operand, 'truth');
      return { type: 'truth', evaluate: (facts) => 1 - truth(facts) };
    }
    case 'binary': {
      if (node.operator === 'and' || node.operator === 'or') {
        const sides = [want(node.left, 'truth'), want(node.right, 'truth')] as const;
        return { type: 'truth', evaluate: logic(node.operator, sides) };
      }
      const sides = [want(node.left, 'number'), want(node.right, 'number')] as const;
      return isComparator(node.operator)
        ? { type: 'truth', evaluate: comparison(node.operator, sides) }
        : { type: 'number', evaluate: arithmetic(node.operator, sides) };
    }
    case 'call':
      return node.name === 'if' ? choice(node, metrics) : call(node, want);
    default:
      return node satisfies never;
  }
}

type Sides = readonly [Evaluate, Evaluate];

/** The right side is looked at only where the left does not decide. */
function logic(operator: 'and' | 'or', [left, right]: Sides): Evaluate {
  const deciding = operator === 'and' ? 0 : 1;
  return (facts) => {
    const first = left(facts);
    return first === 1 - deciding ? right(facts) : first;
  };
}

function comparison(operator: Comparator, [left, right]: Sides): Evaluate {
  return (facts) => {
    const [a, b] = [left(facts), right(facts)];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
    return compareHolds(operator, a, b) ? 1 : 0;
  };
}

function arithmetic(operator: '+' | '-' | '*' | '/' | '%' | '^', [left, right]: Sides): Evaluate {
  switch (operator) {
    case '+':
      return (facts) => finite(left(facts) + right(facts));
    case '-':
      return (facts) => finite(left(facts) - right(facts));
    case '*':
      return (facts) => finite(left(facts) * right(facts));
    case '/':
      return (facts) => finite(left(facts) / right(facts));
    case '%':
      return (facts) => finite(left(facts) % right(facts));
    case '^':
      return known([left, right], ([a, b]) => a! ** b!);
    default:
      return operator satisfies never;
  }
}

/** NaN ** 0 is 1, and min of nothing known is no better: an unknown argument makes the result unknown. */
function known(args: readonly Evaluate[], body: (args: readonly number[]) => number): Evaluate {
  return (facts) => {
    const values = args.map((arg) => arg(facts));
    return values.some(Number.isNaN) ? Number.NaN : finite(body(values));
  };
}

type CallNode = Extract<ExpressionNode, { kind: 'call' }>;

function call(node: CallNode, want: (operand: ExpressionNode, type: 'number') => Evaluate): Typed {
  const found = Object.hasOwn(FUNCTIONS, node.name) ? FUNCTIONS[node.name] : undefined;
  if (found === undefined) {
    const names = Object.keys(FUNCTIONS).join(', ');
    throw new ExpressionError(`there is no function ${node.name}; there are ${names}, if`, node.at);
  }
  const { least, most } = found;
  if (node.args.length < least || node.args.length > most) {
    const needed = least === most ? least : `${least} to ${most}`;
    throw new ExpressionError(`${node.name} takes ${needed} argument(s)`, node.at);
  }
  const args = node.args.map((arg) => want(arg, 'number'));
  return { type: 'number', evaluate: known(args, found.body) };
}

function choice(node: CallNode, metrics: Set<string>): Typed {
  const [condition, yes, no] = node.args.map((arg) => typed(arg, metrics));
  if (node.args.length !== 3 || !condition || !yes || !no) {
    throw new ExpressionError('if takes a condition and two results', node.at);
  }
  if (condition.type !== 'truth' || yes.type !== no.type) {
    throw new ExpressionError('if needs a truth, then two results of one type', node.at);
  }
  const evaluate: Evaluate = (facts) => {
    const held = condition.evaluate(facts);
    if (Number.isNaN(held)) return Number.NaN;
    return held === 1 ? yes.evaluate(facts) : no.evaluate(facts);
  };
  return { type: yes.type, evaluate };
}
