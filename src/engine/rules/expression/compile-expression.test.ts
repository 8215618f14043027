import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SensorFacts } from '../compiled-rule.ts';
import { compileExpression } from './compile-expression.ts';
import { ExpressionError } from './tokens.ts';

const factsOf = (values: Record<string, number>) =>
  ({ lastValue: (metric: string) => values[metric] }) as SensorFacts;

/** The number that an arithmetic expression gives; x is there so that a metric is named. */
function numberOf(source: string, values: Record<string, number> = {}): number {
  const { comparison } = compileExpression(`${source} + 0 * x > 0`);
  return comparison!.left(factsOf({ x: 0, ...values }));
}

const truthOf = (source: string, values: Record<string, number> = { x: 1 }) =>
  compileExpression(source).evaluate(factsOf(values));

function errorOf(source: string): string {
  try {
    compileExpression(source);
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('arithmetic', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['-3 * -2', 6],
    ['7 % 4', 3],
    ['8 / 2 / 2', 2],
    ['1.5e2 + .5', 150.5],
    ['abs(-3) + sqrt(16) + exp(0) + ln(1) + log10(1000)', 11],
    ['min(3, 1, 2) + max(3, 1, 2)', 4],
    ['pow(2, 10)', 1024],
    ['round(-2.5) + round(2.4)', -1],
    ['if(x == 0, 5, 6)', 5],
    ['5 − 2', 3],
  ])('%s is %d', (source, expected) => {
    expect(numberOf(source)).toBeCloseTo(expected, 12);
  });

  interface Term {
    text: string;
    value: number;
    binding: number;
  }
  const OPERATORS = {
    '+': [1, (a: number, b: number) => a + b],
    '-': [1, (a: number, b: number) => a - b],
    '*': [2, (a: number, b: number) => a * b],
    '/': [2, (a: number, b: number) => a / b],
    '%': [2, (a: number, b: number) => a % b],
  } as const;

  test('needs parentheses only where school does', () => {
    const atLeast = (term: Term, binding: number) =>
      term.binding < binding ? `(${term.text})` : term.text;
    const { term } = fc.letrec<{ term: Term }>((tie) => ({
      term: fc.oneof(
        { depthSize: 'small' },
        fc.integer({ min: 1, max: 9 }).map((value) => ({ text: `${value}`, value, binding: 9 })),
        fc
          .tuple(tie('term'), fc.constantFrom(...(['+', '-', '*', '/', '%'] as const)), tie('term'))
          .map(([left, operator, right]): Term => {
            const [binding, apply] = OPERATORS[operator];
            const text = `${atLeast(left, binding)} ${operator} ${atLeast(right, binding + 1)}`;
            return { text, value: apply(left.value, right.value), binding };
          }),
        tie('term').map((inner): Term => {
          return { text: `-${atLeast(inner, 3)}`, value: -inner.value, binding: 3 };
        }),
      ),
    }));
    fc.assert(
      fc.property(term, ({ text, value }) => {
        const found = compileExpression(`${text} > x`).comparison!.left(factsOf({ x: 0 }));
        if (Number.isFinite(value) && !Number.isNaN(found)) expect(found).toBe(value);
        else expect(found).toBeNaN();
      }),
      { numRuns: 500 },
    );
  });

  test('is unknown where anything that counts is not finite', () => {
    for (const source of [
      '1 / 0',
      'ln(0)',
      'sqrt(-1)',
      '(1 / 0) ^ 0',
      'min(1, 0 / 0)',
      '1e308 * 10',
    ]) {
      expect(numberOf(source)).toBeNaN();
    }
  });
});

describe('truth', () => {
  test.each([
    ['x > 0 and x < 2', 1],
    ['x > 0 && x > 2', 0],
    ['x > 2 or x == 1', 1],
    ['x > 2 || x != 1', 0],
    ['not x > 2', 1],
    ['!(x >= 1)', 0],
    ['x > 2 or x > 0 and x < 0', 0],
    ['not x > 2 and x <= 1', 1],
    ['if(x > 0, x > 2, x < 2)', 0],
    ['x ≥ 1 and x ≤ 1 and x ≠ 2', 1],
  ])('%s is %d for x = 1', (source, expected) => {
    expect(truthOf(source)).toBe(expected);
  });

  test('does not look at the right side where the left decides', () => {
    expect(truthOf('x > 1 and 1 / (x - 1) > 2')).toBe(0);
    expect(truthOf('x > 0 or 1 / (x - 1) > 2')).toBe(1);
    expect(truthOf('x > 0 and 1 / (x - 1) > 2')).toBeNaN();
    expect(truthOf('not 1 / (x - 1) > 2')).toBeNaN();
  });
});

describe('metric names', () => {
  test('may have dots, letters of any script, or anything in quotes', () => {
    const source = `disk.used + température + 温度 + metric("co2-level") + metric('2nd') > 0`;
    expect(compileExpression(source).metrics).toEqual([
      'disk.used',
      'température',
      '温度',
      'co2-level',
      '2nd',
    ]);
  });

  test('may be those of functions, and of things that every JavaScript object has', () => {
    expect(compileExpression('min > max').metrics).toEqual(['min', 'max']);
    expect(errorOf('constructor(x) > 1')).toContain('there is no function constructor');
  });
});

describe('an error', () => {
  test.each([
    ['', 'the expression ends too soon (at character 1)'],
    ['x >', 'the expression ends too soon (at character 4)'],
    ['x + 1', 'the expression must compare something, as in a > 5 (at character 3)'],
    ['1 > 0', 'the expression names no metric (at character 3)'],
    ['1 < x < 3', 'comparisons do not chain; write a < b and b < c (at character 7)'],
    ['x > 1 +', 'the expression ends too soon (at character 8)'],
    ['(x > 1', 'the expression ends too soon (at character 7)'],
    ['x > 1)', "')' is not expected here (at character 6)"],
    ['x and x > 1', 'this is a number, where a truth is needed (at character 1)'],
    ['x + (x > 1) > 1', 'this is a truth, where a number is needed (at character 8)'],
    ['x > 1; y', "';' cannot stand (at character 6)"],
    ['x = 1', "'=' cannot stand (at character 3)"],
    ['sqrt(x, 2) > 1', 'sqrt takes 1 argument(s) (at character 1)'],
    ['min() > x', 'min takes 1 to 32 argument(s) (at character 1)'],
    ['if(x > 1, 2) > x', 'if takes a condition and two results (at character 1)'],
    ['if(x, 1, 2) > 1', 'if needs a truth, then two results of one type (at character 1)'],
    ['if(x > 1, 1, x > 2) > 1', 'if needs a truth, then two results of one type (at character 1)'],
    ['metric("a b") > 1', "'a b' is not a metric name (at character 1)"],
    ['metric(x) > 1', "'x' is not expected here (at character 8)"],
    ['x > 1e999', '1e999 is too large (at character 5)'],
    ['12abc > x', "'abc' is not expected here (at character 3)"],
  ])('in %j says: %s', (source, message) => {
    expect(errorOf(source)).toBe(message);
  });

  test('meets an expression that is nested too deeply, and nothing overflows', () => {
    expect(errorOf(`${'('.repeat(400)}x${')'.repeat(400)} > 1`)).toContain('nested over 100 deep');
    expect(errorOf(`${'-'.repeat(900)}x > 1`)).toContain('nested over 100 deep');
    expect(errorOf(`x${' + x'.repeat(240)} > 1`)).toBe('no error');
  });

  test('is all that any text can bring about', () => {
    const words = fc.constantFrom(
      ...['x', '1', '+', '-', '^', '(', ')', ',', 'and', 'or', 'not', '>', '<=', 'if', 'min', '"'],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((all) => all.join(' ')),
        ),
        (source) => {
          expect(typeof errorOf(source)).toBe('string');
        },
      ),
    );
  });
});
