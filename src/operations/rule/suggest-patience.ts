import type { Backtest } from '#domain/backtest.ts';
import type { Rule } from '#domain/rule.ts';
import { BacktestRun } from '#engine/backtest/backtest-run.ts';
import { type Remedy, remedies, usualStep } from '#engine/backtest/remedies.ts';
import type { CoveredSensor } from './covered-sensors.ts';
import { firstSamples, type Replay, showHistory } from './show-history.ts';

// Tested by: backtest.test.ts

/** Small, since every sample is shown to several rules. */
const TURN = 5000;

type Search = Omit<Replay, 'turn' | 'most'>;
type Suggestion = NonNullable<Backtest['suggestion']>;

/** The smallest remedy after which none of the sensors chatters; null where there is none, or nothing to remedy. */
export async function suggestPatience(
  rule: Rule,
  sensors: readonly CoveredSensor[],
  search: Search,
): Promise<Suggestion | null> {
  const [first] = sensors;
  if (first === undefined) return null;
  const all = remedies(rule, await stepOf(first, search));
  // A longer delay is looked at only where no deadband does without it.
  for (const group of Map.groupBy(all, ({ on_delay }) => on_delay).values()) {
    const found = await firstThatHelps(group, sensors, search);
    if (found !== null) return found;
  }
  return null;
}

async function firstThatHelps(
  group: readonly Remedy[],
  sensors: readonly CoveredSensor[],
  search: Search,
): Promise<Suggestion | null> {
  const span = { ...search.span, keep: 0 };
  let left = group.map((remedy) => ({ remedy, alerts: 0 }));
  for (const { facts, series } of sensors) {
    const tries = left.map(({ remedy, alerts }) => {
      return { remedy, alerts, run: new BacktestRun(remedy.rule, facts, span) };
    });
    const take = (timeMs: number, values: Float64Array) => {
      for (let t = 0; t < tries.length; t++) {
        const { run } = tries[t]!;
        if (!run.isChattering) run.reading(timeMs, values);
      }
    };
    await showHistory(series, take, { ...search, most: Number.POSITIVE_INFINITY, turn: TURN });
    left = tries.flatMap(({ remedy, alerts, run }) => {
      run.finish();
      return run.isChattering ? [] : [{ remedy, alerts: alerts + run.alertCount }];
    });
    if (left.length === 0) return null;
  }
  const [smallest] = left;
  if (smallest === undefined) return null;
  const { deadband, on_delay } = smallest.remedy;
  return { deadband, on_delay, alerts: smallest.alerts };
}

async function stepOf({ series }: CoveredSensor, search: Search): Promise<number> {
  const [only] = series;
  if (only === undefined) return 0;
  return usualStep((await firstSamples(only, search)).values);
}
