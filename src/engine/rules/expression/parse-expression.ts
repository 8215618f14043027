import { isMetricName } from '#domain/reading.ts';
import { ExpressionError, type Token, tokensOf } from './tokens.ts';

export type BinaryOperator =
  | 'or'
  | 'and'
  | '>'
  | '>='
  | '<'
  | '<='
  | '=='
  | '!='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^';

export type ExpressionNode = { at: number } & (
  | { kind: 'number'; value: number }
  | { kind: 'metric'; name: string }
  | { kind: 'unary'; operator: '-' | 'not'; operand: ExpressionNode }
  | {
      kind: 'binary';
      operator: BinaryOperator;
      left: ExpressionNode;
      right: ExpressionNode;
    }
  | { kind: 'call'; name: string; args: ExpressionNode[] }
);

/** The greater binds tighter. Comparisons do not chain: `1 < x < 3` is refused. */
const BINDING: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  '>': 4,
  '>=': 4,
  '<': 4,
  '<=': 4,
  '==': 4,
  '!=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
  '^': 8,
};
const NOT_BINDING = 3;
const COMPARISON_BINDING = 4;
const MINUS_BINDING = 7;
const POWER_BINDING = 8;
/** Deeper than any person writes; keeps the recursion off the end of the stack. */
const DEEPEST = 100;

/**
 * Precedence climbing over: numbers, metrics (`temperature`, `disk.used`, `metric("name-with-dash")`),
 * `+ - * / % ^` (power binds tightest, to the right; −2^2 is −4), comparisons, `and or not`
 * (`&& || !`), parentheses, calls. Throws ExpressionError; names and types are checked later.
 *
 * Tested by: compile-expression.test.ts
 */
export function parseExpression(source: string): ExpressionNode {
  return new Parser(tokensOf(source)).parse();
}

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  parse(): ExpressionNode {
    const node = this.expression(1);
    if (this.next.kind !== 'end') this.refuse(this.next);
    return node;
  }

  private get next(): Token {
    return this.tokens[this.position]!;
  }

  private take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.position++;
    return token;
  }

  private refuse(token: Token): never {
    if (token.kind === 'end') throw new ExpressionError('the expression ends too soon', token.at);
    throw new ExpressionError(`'${token.text}' is not expected here`, token.at);
  }

  private expect(text: string): void {
    const token = this.take();
    if (token.kind !== 'operator' || token.text !== text) this.refuse(token);
  }

  private isNext(text: string): boolean {
    return this.next.kind === 'operator' && this.next.text === text;
  }

  private expression(leastBinding: number): ExpressionNode {
    this.depth++;
    if (this.depth > DEEPEST) {
      throw new ExpressionError(`the expression is nested over ${DEEPEST} deep`, this.next.at);
    }
    let left = this.operand();
    for (;;) {
      const { kind, text, at } = this.next;
      const operator = text as BinaryOperator;
      const binding = kind === 'operator' ? (BINDING[operator] ?? 0) : 0;
      if (binding === 0 || binding < leastBinding) break;
      if (binding === COMPARISON_BINDING && isComparison(left)) {
        const hint = 'comparisons do not chain; write a < b and b < c';
        throw new ExpressionError(hint, at);
      }
      this.take();
      const right = this.expression(binding === POWER_BINDING ? MINUS_BINDING : binding + 1);
      left = { kind: 'binary', operator, left, right, at };
    }
    this.depth--;
    return left;
  }

  private operand(): ExpressionNode {
    const token = this.take();
    const { kind, text, at } = token;
    if (kind === 'number') return { kind: 'number', value: numberOf(token), at };
    if (kind === 'name') return this.isNext('(') ? this.call(token) : metricNode(text, at);
    if (kind === 'operator') {
      if (text === '-') {
        return { kind: 'unary', operator: '-', operand: this.expression(MINUS_BINDING), at };
      }
      if (text === 'not') {
        return { kind: 'unary', operator: 'not', operand: this.expression(NOT_BINDING), at };
      }
      if (text === '(') {
        const node = this.expression(1);
        this.expect(')');
        return node;
      }
    }
    return this.refuse(token);
  }

  private call({ text: name, at }: Token): ExpressionNode {
    this.expect('(');
    if (name === 'metric') {
      const quoted = this.take();
      if (quoted.kind !== 'text') this.refuse(quoted);
      this.expect(')');
      return metricNode(quoted.text.slice(1, -1), at);
    }
    const args: ExpressionNode[] = [];
    if (!this.isNext(')')) {
      do args.push(this.expression(1));
      while (this.isNext(',') && this.take());
    }
    this.expect(')');
    return { kind: 'call', name, args, at };
  }
}

function isComparison(node: ExpressionNode): boolean {
  return node.kind === 'binary' && BINDING[node.operator] === COMPARISON_BINDING;
}

function metricNode(name: string, at: number): ExpressionNode {
  if (!isMetricName(name)) throw new ExpressionError(`'${name}' is not a metric name`, at);
  return { kind: 'metric', name, at };
}

function numberOf({ text, at }: Token): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ExpressionError(`${text} is too large`, at);
  return value;
}
