import type { Backtest } from '#domain/backtest.ts';
import type { Rule } from '#domain/rule.ts';
import { BacktestRun } from '#engine/backtest/backtest-run.ts';
import { type Remedy, remedies, usualStep } from '#engine/backtest/remedies.ts';
import type { CoveredSensor } from './covered-sensors.ts';
import { firstSamples, type Replay, showHistory } from './show-history.ts';

// Tested by: backtest.test.ts

type Stored = Pick<Replay, 'history' | 'span' | 'signal'>;
type Search = Stored & {
  /** Seconds of the history of a sensor: how many have been searched, of how many at most. */
  onProgress(done: number, total: number): void;
};
type GroupSearch = Stored & { onDone(seconds: number): void };
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
  const groups = [...Map.groupBy(all, ({ on_delay }) => on_delay).values()];
  const seconds = (search.span.toMs - search.span.fromMs) / 1000;
  const total = groups.length * sensors.length * seconds;
  for (const [at, group] of groups.entries()) {
    const before = at * sensors.length * seconds;
    const onDone = (done: number) => search.onProgress(before + done, total);
    const found = await firstThatHelps(group, sensors, { ...search, onDone });
    if (found !== null) return found;
  }
  return null;
}

async function firstThatHelps(
  group: readonly Remedy[],
  sensors: readonly CoveredSensor[],
  { onDone, ...stored }: GroupSearch,
): Promise<Suggestion | null> {
  const span = { ...stored.span, keep: 0 };
  const { fromMs, toMs } = stored.span;
  let left = group.map((remedy) => ({ remedy, alerts: 0 }));
  for (const [at, { facts, series }] of sensors.entries()) {
    const tries = left.map(({ remedy, alerts }) => {
      return { remedy, alerts, run: new BacktestRun(remedy.rule, facts, span) };
    });
    const take = (timeMs: number, values: Float64Array) => {
      for (let t = 0; t < tries.length; t++) {
        const { run } = tries[t]!;
        if (!run.isChattering) run.reading(timeMs, values);
      }
    };
    const onSlice = ({ timeMs }: { timeMs: number }) => {
      onDone((at * (toMs - fromMs) + timeMs - fromMs) / 1000);
    };
    await showHistory(series, take, { ...stored, most: Number.POSITIVE_INFINITY, onSlice });
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

async function stepOf({ series }: CoveredSensor, search: Stored): Promise<number> {
  const [only] = series;
  if (only === undefined) return 0;
  return usualStep((await firstSamples(only, search)).values);
}
