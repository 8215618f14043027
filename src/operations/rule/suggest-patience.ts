import type { Backtest } from '#domain/backtest.ts';
import type { Rule } from '#domain/rule.ts';
import { BacktestRun } from '#engine/backtest/backtest-run.ts';
import { remedies, usualStep } from '#engine/backtest/remedies.ts';
import type { CoveredSensor } from './covered-sensors.ts';
import { type Replay, showHistory } from './show-history.ts';

// Tested by: backtest.test.ts

/** Small, since every sample is shown to some twenty rules. */
const TURN = 2000;
const STEP_SAMPLES = 20_000;

/** The smallest remedy after which none of the sensors chatters; null where there is none, or nothing to remedy. */
export async function suggestPatience(
  rule: Rule,
  sensors: readonly CoveredSensor[],
  replay: Omit<Replay, 'turn' | 'most'>,
): Promise<Backtest['suggestion']> {
  const [first] = sensors;
  if (first === undefined) return null;
  const span = { ...replay.span, keep: 0 };
  let left = remedies(rule, await stepOf(first, replay)).map((remedy) => ({ remedy, alerts: 0 }));
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
    await showHistory(series, take, { ...replay, most: Number.POSITIVE_INFINITY, turn: TURN });
    left = tries.flatMap(({ remedy, alerts, run }) => {
      run.finish();
      return run.isChattering ? [] : [{ remedy, alerts: alerts + run.alertCount }];
    });
  }
  const [smallest] = left;
  if (smallest === undefined) return null;
  const { deadband, on_delay } = smallest.remedy;
  return { deadband, on_delay, alerts: smallest.alerts };
}

async function stepOf(
  { series }: CoveredSensor,
  { history, span }: Pick<Replay, 'history' | 'span'>,
): Promise<number> {
  const [only] = series;
  if (only === undefined) return 0;
  const page = await history.samples({ ...span, seriesId: only.id, limit: STEP_SAMPLES });
  return usualStep(page.values.subarray(0, page.count));
}
