import {
  PromqlError,
  type PromqlToken,
  promDurationMs,
  promqlTokens,
  unquoted,
} from './promql-tokens.ts';

// Tested by: cli/import/prometheus/promql.test.ts

export const MATCH_OPERATORS = ['=', '!=', '=~', '!~'] as const;
export type MatchOperator = (typeof MATCH_OPERATORS)[number];

/** What a label must be. */
export interface Matcher {
  name: string;
  operator: MatchOperator;
  value: string;
}

export type PromqlNode =
  | { kind: 'number'; value: number }
  | { kind: 'text' }
  | { kind: 'selector'; metric: string | undefined; matchers: Matcher[]; rangeMs?: number }
  | { kind: 'call'; name: string; args: PromqlNode[] }
  | { kind: 'negative'; operand: PromqlNode }
  | { kind: 'binary'; operator: string; left: PromqlNode; right: PromqlNode };

/** From loose to tight; `^` binds to the right and tighter than a sign. */
const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '>', '>=', '<', '<='],
  ['+', '-'],
  ['*', '/', '%', 'atan2'],
];
const AGGREGATIONS = new Set(
  'sum min max avg group stddev stdvar count count_values bottomk topk quantile limitk limit_ratio'.split(
    ' ',
  ),
);
const MODIFIERS = new Set(['on', 'ignoring', 'group_left', 'group_right', 'bool']);
const MAX_DEPTH = 100;

/** Reads the part of PromQL that can have a counterpart; throws `PromqlError` with what it met. */
export function parsePromql(source: string): PromqlNode {
  const parser = new PromqlParser(promqlTokens(source));
  return parser.whole();
}

class PromqlParser {
  readonly #tokens: readonly PromqlToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly PromqlToken[]) {
    this.#tokens = tokens;
  }

  whole(): PromqlNode {
    const node = this.#binary(0);
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new PromqlError(`'${rest.text}' is not expected`);
    return node;
  }

  #binary(level: number): PromqlNode {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#signed();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#peek()?.text.toLowerCase();
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at++;
      const modifier = this.#peek()?.text.toLowerCase() ?? '';
      if (MODIFIERS.has(modifier)) throw new PromqlError(`${modifier} has no counterpart`);
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
  }

  #signed(): PromqlNode {
    if (++this.#depth > MAX_DEPTH) throw new PromqlError('it is nested too deeply');
    let node: PromqlNode;
    if (this.#takes('-')) node = { kind: 'negative', operand: this.#signed() };
    else if (this.#takes('+')) node = this.#signed();
    else {
      node = this.#ranged(this.#primary());
      if (this.#takes('^'))
        node = { kind: 'binary', operator: '^', left: node, right: this.#signed() };
    }
    this.#depth--;
    return node;
  }

  #primary(): PromqlNode {
    const token = this.#next();
    if (token.text === '(') {
      const inner = this.#binary(0);
      this.#expect(')');
      return inner;
    }
    if (token.text === '{') return this.#selector(undefined);
    if (token.kind === 'number') return { kind: 'number', value: numberOf(token.text) };
    if (token.kind === 'string') return { kind: 'text' };
    if (token.kind !== 'name') throw new PromqlError(`'${token.text}' is not expected`);
    const next = this.#peek()?.text;
    const name = token.text.toLowerCase();
    if (AGGREGATIONS.has(name) && (next === '(' || next === 'by' || next === 'without')) {
      throw new PromqlError(`${name} sums up several series; a rule looks at one sensor at a time`);
    }
    if (next === '(') return this.#call(name);
    if (next === '{') this.#at++;
    return next === '{' ? this.#selector(token.text) : selectorOf(token.text, []);
  }

  #call(name: string): PromqlNode {
    this.#expect('(');
    const args: PromqlNode[] = [];
    while (!this.#takes(')')) {
      if (args.length > 0) this.#expect(',');
      args.push(this.#binary(0));
    }
    return { kind: 'call', name, args };
  }

  #selector(metric: string | undefined): PromqlNode {
    const matchers: Matcher[] = [];
    let named = metric;
    while (!this.#takes('}')) {
      if (matchers.length > 0 || named !== metric) this.#expect(',');
      if (this.#takes('}')) break;
      const token = this.#next();
      const name = token.kind === 'string' ? unquoted(token.text) : token.text;
      const operator = this.#peek()?.text;
      // A name in quotes alone is the metric's (UTF-8 names).
      if (token.kind === 'string' && (operator === ',' || operator === '}')) {
        named = name;
        continue;
      }
      this.#at++;
      if (!MATCH_OPERATORS.includes(operator as MatchOperator)) {
        throw new PromqlError(`'${operator}' is not expected after ${name}`);
      }
      const value = this.#next();
      if (value.kind !== 'string') throw new PromqlError(`'${value.text}' must be in quotes`);
      const matcher = {
        name,
        operator: operator as MatchOperator,
        value: unquoted(value.text),
      };
      if (name === '__name__' && operator === '=') named = matcher.value;
      else matchers.push(matcher);
    }
    return selectorOf(named, matchers);
  }

  /** A range, an offset or a time behind a selector. */
  #ranged(node: PromqlNode): PromqlNode {
    let ranged = node;
    if (this.#takes('[')) {
      const range = this.#next();
      const rangeMs = promDurationMs(range.text);
      if (rangeMs === undefined) throw new PromqlError(`'${range.text}' is no duration`);
      if (this.#peek()?.text === ':') throw new PromqlError('a subquery has no counterpart');
      this.#expect(']');
      if (node.kind !== 'selector') throw new PromqlError('a subquery has no counterpart');
      ranged = { ...node, rangeMs };
    }
    const word = this.#peek()?.text.toLowerCase();
    if (word === 'offset') throw new PromqlError('offset has no counterpart');
    if (word === '@') throw new PromqlError('@ has no counterpart');
    return ranged;
  }

  #peek(): PromqlToken | undefined {
    return this.#tokens[this.#at];
  }

  #next(): PromqlToken {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new PromqlError('the expression ends too soon');
    return token;
  }

  #takes(text: string): boolean {
    if (this.#peek()?.kind === 'string' || this.#peek()?.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    const token = this.#next();
    if (token.text !== text) throw new PromqlError(`'${token.text}' stands where '${text}' should`);
  }
}

function selectorOf(metric: string | undefined, matchers: Matcher[]): PromqlNode {
  return { kind: 'selector', metric, matchers };
}

function numberOf(text: string): number {
  if (/^inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  return Number(text.replaceAll('_', ''));
}
