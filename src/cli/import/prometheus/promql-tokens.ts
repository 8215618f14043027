// Tested by: cli/import/prometheus/promql.test.ts

/** A text that is no PromQL, or PromQL that this reader does not know. */
export class PromqlError extends Error {}

export interface PromqlToken {
  kind: 'number' | 'duration' | 'string' | 'name' | 'sign';
  text: string;
}

const PATTERNS: readonly [PromqlToken['kind'], RegExp][] = [
  ['duration', /^(?:\d+(?:ms|[smhdwy]))+(?![\w.])/],
  ['number', /^(?:0x[\da-f]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf\b|nan\b)/i],
  ['name', /^[a-z_][\w:]*/i],
  ['string', /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)/s],
  ['sign', /^(?:==|!=|>=|<=|=~|!~|[-+*/%^<>=(){}[\],:@])/],
];

/** The words and signs of an expression, without comments. */
export function promqlTokens(source: string): PromqlToken[] {
  const tokens: PromqlToken[] = [];
  for (let rest = source; ; ) {
    rest = rest.replace(/^(?:\s+|#[^\n]*)+/, '');
    if (rest === '') return tokens;
    const found = PATTERNS.map(([kind, pattern]) => [kind, pattern.exec(rest)?.[0]] as const).find(
      ([, text]) => text !== undefined,
    );
    const [kind, text] = found ?? [];
    if (kind === undefined || text === undefined) {
      throw new PromqlError(`'${[...rest][0]}' cannot be read`);
    }
    tokens.push({ kind, text });
    rest = rest.slice(text.length);
  }
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** A duration of Prometheus, such as `1h30m`, in ms; undefined where it is none. `0` is one. */
export function promDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit ?? '']!, 0);
}

/** The text within quotes. */
export function unquoted(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith('`')) return inner;
  return inner.replace(/\\(.)/gs, (_, sign: string) => ({ n: '\n', t: '\t' })[sign] ?? sign);
}
