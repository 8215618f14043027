import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Condition } from '#domain/rule.ts';
import { line, MINUTE, RuleRun, ruleOf, SECOND } from '#test/support/rule-run.ts';
import { validateRule } from '../validate-rule.ts';

const JUMP: Condition = { metric: 'm', change: { by: 5, within: '10m' }, deadband: 1 };
const run = (when: Condition = JUMP) => new RuleRun(ruleOf(when));

describe('change', () => {
  test('raises at a move of exactly by within exactly the time, and not a moment later', () => {
    const within = run();
    within.sample(0, 20);
    within.sample(10 * MINUTE, 15);
    expect(within.out.map(line)).toEqual([
      `raised warning @600000 since 600000 value 15 limit 5 peak 15`,
    ]);
    const after = run();
    after.sample(0, 20);
    after.sample(10 * MINUTE + 1, 15);
    expect(after.out).toEqual([]);
  });

  test('sees a move through decimals that binary cannot hold', () => {
    const decimals = run({ metric: 'm', change: { by: 0.2, within: '10m' } });
    decimals.sample(0, 0.1);
    decimals.sample(1, 0.3);
    expect(decimals.isActive).toBe(true);
  });

  test('clears when the move in the window is less than by − deadband', () => {
    const out = run();
    out.sample(0, 20);
    out.sample(MINUTE, 25);
    out.sample(9 * MINUTE, 21);
    // 20 has left the window: from 21 to 25 is 4, which is not less than 5 − 1.
    out.sample(10 * MINUTE + 1, 23);
    expect(out.isActive).toBe(true);
    out.sample(11 * MINUTE + 1, 22);
    expect(out.out.map(line).at(-1)).toBe(
      'cleared warning @660001 since 60000 value 22 limit 5 peak 25',
    );
  });

  test('clears by the clock once the window has run empty', () => {
    const out = run();
    out.sample(0, 20);
    out.sample(MINUTE, 30, { receivedMs: MINUTE + 2 * SECOND });
    expect(out.dueMs).toBe(11 * MINUTE + 2 * SECOND);
    expect(out.ticksUntil(60 * MINUTE).map(line)).toEqual([
      'cleared warning @662000 since 60000 value 30 limit 5 peak 30',
    ]);
    expect(out.dueMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('clears in event time where the next sample comes long after', () => {
    const out = run();
    out.sample(0, 20);
    out.sample(MINUTE, 30);
    out.sample(60 * MINUTE, 50);
    expect(out.out.map(line).slice(1)).toEqual([
      'cleared warning @660000 since 60000 value 30 limit 5 peak 30',
    ]);
  });

  test('goes on where the next sample comes exactly as the window would run empty', () => {
    const out = run();
    out.sample(0, 20);
    out.sample(MINUTE, 30);
    out.sample(11 * MINUTE, 40);
    expect(out.out).toHaveLength(1);
  });

  test('has as its peak the value with the largest move', () => {
    const out = run();
    for (const [minute, value] of [20, 26, 29, 27, 28].entries())
      out.sample(minute * MINUTE, value);
    expect(out.ticksUntil(60 * MINUTE)).toMatchObject([{ change: 'cleared', peak: 29 }]);
  });

  test('misses no move among samples so dense that it merges them', () => {
    // A part of the window is one second: 10 and 9.9 are merged, and only 9.9 is still in the window at the end.
    const out = run({ metric: 'm', change: { by: 5, within: '128s' } });
    out.sample(SECOND, 10);
    out.sample(1.9 * SECOND, 9.9);
    out.sample(129.5 * SECOND, 4.9);
    expect(out.isActive).toBe(true);
  });

  test('is the greatest less the least value of the window, as a plain search finds it', () => {
    const moves = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 12 })),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(moves, (gaps) => {
        const out = run({ metric: 'm', change: { by: 5, within: '10m' } });
        const seen: [number, number][] = [];
        let timeMs = 0;
        for (const [gapS, value] of gaps) {
          // Over 600 s / 128, so that nothing is merged.
          timeMs += (gapS + 5) * SECOND;
          seen.push([timeMs, value]);
          out.sample(timeMs, value);
          const values = seen.filter(([at]) => at >= timeMs - 10 * MINUTE).map(([, v]) => v);
          expect(out.isActive).toBe(Math.max(...values) - Math.min(...values) >= 5);
        }
      }),
    );
  });

  test('remembers at most some 130 values a side, merged in time by no more than 1/128 of the window', () => {
    const out = run();
    const sizes: number[] = [];
    for (let s = 0; s < 3600; s++) {
      out.sample(s * SECOND, -s / 1000);
      sizes.push((out.state!.memory as { max: number[] }).max.length / 2);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(130);
    expect(Math.max(...sizes)).toBeGreaterThan(120);
    const [oldestMs] = (out.state!.memory as { max: number[] }).max;
    expect(oldestMs).toBeLessThan(3599 * SECOND - 10 * MINUTE + (2 * 10 * MINUTE) / 128);
  });

  test('is refused without a time, or with a deadband that never clears', () => {
    const problems = validateRule({
      when: { metric: 'm', change: { by: 5, within: '0s' }, deadband: 5 },
    });
    expect(problems.map(({ pointer }) => pointer)).toEqual([
      '/when/change/within',
      '/when/deadband',
    ]);
  });
});
