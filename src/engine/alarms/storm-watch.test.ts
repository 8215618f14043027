import { expect, test } from 'vitest';
import { StormWatch } from './storm-watch.ts';

const MINUTE = 60_000;
const answers = (
  watch: StormWatch,
  {
    from = 0,
    count,
    stepMs = 1000,
    atMs = 0,
  }: { from?: number; count: number; stepMs?: number; atMs?: number },
) => Array.from({ length: count }, (_, k) => watch.raised(`a${from + k}`, atMs + k * stepMs));

test('the eleventh alert within ten minutes makes a storm, and the first of the eleven began it', () => {
  const found = answers(new StormWatch(), { count: 20 });
  expect(found.flatMap((id, at) => (id === undefined ? [] : [[at, id]]))).toEqual([[10, 'a0']]);
});

test('ten in ten minutes are none, however long that goes on', () => {
  expect(new Set(answers(new StormWatch(), { count: 200, stepMs: MINUTE }))).toEqual(
    new Set([undefined]),
  );
});

test('a storm is over when fewer than five came in ten minutes; the next one has a first of its own', () => {
  const watch = new StormWatch();
  answers(watch, { count: 30 });
  expect(
    answers(watch, { from: 30, count: 30, atMs: 5 * MINUTE }).every((id) => id === undefined),
  ).toBe(true);
  const next = answers(watch, { from: 100, count: 11, atMs: 60 * MINUTE });
  expect(next.at(-1)).toBe('a100');
});
