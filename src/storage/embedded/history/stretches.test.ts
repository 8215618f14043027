import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinSamples, type Look, readInStretches, type Stretch } from './stretches.ts';

const DAY = 86_400_000;
type Row = readonly [timeMs: number, value: number];

/** Rows in ascending time, with what was asked about them. */
function askable(rows: readonly Row[], descending = false) {
  const asked: { stretch: Stretch; rows: number }[] = [];
  const within = ({ fromMs, toMs }: Stretch) =>
    rows.filter(([timeMs]) => timeMs >= fromMs && timeMs < toMs);
  return {
    asked,
    look: async (stretch: Stretch): Promise<Look> => {
      const found = within(stretch);
      const [firstMs, lastMs] = [found[0]?.[0] ?? 0, found.at(-1)?.[0] ?? 0];
      return { count: found.length, firstMs, lastMs };
    },
    ask: async (stretch: Stretch, limit: number) => {
      const found = within(stretch);
      asked.push({ stretch, rows: found.length });
      const page = (descending ? found.reverse() : found).slice(0, limit);
      return {
        count: page.length,
        timesMs: Float64Array.from(page, ([timeMs]) => timeMs),
        values: Float64Array.from(page, ([, value]) => value),
      };
    },
  };
}

test('whatever the range, the gaps and the order, a page is what one question would have answered', async () => {
  const gaps = fc.array(
    fc.oneof(
      fc.integer({ min: 0, max: 1000 }),
      fc.integer({ min: 0, max: 400 * DAY }),
      fc.constant(0.001),
    ),
    { maxLength: 60 },
  );
  const sizes = { firstMs: fc.integer({ min: 1, max: 3 * DAY }), stepMs: fc.constantFrom(1, 7000) };
  await fc.assert(
    fc.asyncProperty(
      gaps,
      fc.record({ limit: fc.integer({ min: 1, max: 70 }), descending: fc.boolean(), ...sizes }),
      fc.tuple(fc.integer({ min: -DAY, max: DAY }), fc.integer({ min: 0, max: 20_000 * DAY })),
      async (steps, { limit, descending, ...plan }, [fromMs, lengthMs]) => {
        let timeMs = 0;
        const rows = steps.map((step, at): Row => {
          timeMs += step;
          return [timeMs, at];
        });
        const range = { fromMs, toMs: fromMs + lengthMs, limit, descending };
        const { ask, look } = askable(rows, descending);
        const page = joinSamples(await readInStretches({ range, ...plan, ask, look }));
        const whole = await askable(rows, descending).ask(range, limit);
        expect(page).toEqual(whole);
      },
    ),
    { numRuns: 300 },
  );
});

test('a question is never about many more rows than the page needs, in either order', async () => {
  const rows = Array.from({ length: 50_000 }, (_, at): Row => [at * 10_000 * 10, at]);
  for (const descending of [false, true]) {
    const { ask, look, asked } = askable(rows, descending);
    const range = { fromMs: -1e14, toMs: 1e14, limit: 5000, descending };
    const plan = { range, firstMs: 2 * DAY, stepMs: 1, ask, look };
    expect((await readInStretches(plan)).reduce((sum, { count }) => sum + count, 0)).toBe(5000);
    expect(Math.max(...asked.map((each) => each.rows))).toBeLessThan(2 * 5000);
    expect(asked.length).toBeLessThan(8);
  }
});

test('a stretch that grew over few rows is cut where it meets very many', async () => {
  const yearly = Array.from({ length: 20 }, (_, at): Row => [at * 300 * DAY, at]);
  const startMs = 6000 * DAY;
  const many = Array.from({ length: 1_500_000 }, (_, at): Row => [startMs + at * 1000, at]);
  const { ask, look, asked } = askable([...yearly, ...many]);
  const range = { fromMs: 0, toMs: 8000 * DAY, limit: 1000 };
  await readInStretches({ range, firstMs: 2 * DAY, stepMs: 1, ask, look });
  expect(Math.max(...asked.map((each) => each.rows))).toBeLessThanOrEqual(401_000);
});
