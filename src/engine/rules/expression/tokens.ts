/** Something in an expression that cannot stand; `at` counts characters from 0. */
export class ExpressionError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(`${message} (at character ${at + 1})`);
    this.name = 'ExpressionError';
    this.at = at;
  }
}

export interface Token {
  kind: 'number' | 'name' | 'text' | 'operator' | 'end';
  /** As compared by the parser: operators in one spelling (`&&` is `and`). */
  text: string;
  at: number;
}

/** Ordered: what is tried first is the longer. */
const PATTERNS: readonly [Token['kind'] | 'space', RegExp][] = [
  ['space', /\s+/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[\p{L}_][\p{L}\p{M}\p{N}_.]*/uy],
  ['text', /"[^"]*"|'[^']*'/y],
  ['operator', />=|<=|==|!=|&&|\|\||[-+*/%^<>!(),≥≤≠−]/y],
];

const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['&&', 'and'],
  ['||', 'or'],
  ['!', 'not'],
  ['≥', '>='],
  ['≤', '<='],
  ['≠', '!='],
  ['−', '-'],
]);

/** Cuts an expression into tokens; the last is `end`. Throws ExpressionError. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const token = tokenAt(source, at);
    if (token.kind !== 'space') {
      const text = SPELLINGS.get(token.text) ?? token.text;
      tokens.push({ kind: isWord(text) ? 'operator' : token.kind, text, at });
    }
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

const isWord = (text: string): boolean => text === 'and' || text === 'or' || text === 'not';

function tokenAt(source: string, at: number): { kind: Token['kind'] | 'space'; text: string } {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) return { kind, text };
  }
  throw new ExpressionError(`'${String.fromCodePoint(source.codePointAt(at)!)}' cannot stand`, at);
}
