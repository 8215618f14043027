import { Type } from 'typebox';
import { type Backtest, BacktestInput, type BacktestProgress } from '#domain/backtest.ts';
import { VigieError } from '#domain/errors.ts';
import type { Rule } from '#domain/rule.ts';
import { formatTime, formatTimeOrNull } from '#domain/time.ts';
import { type BacktestAlert, BacktestRun } from '#engine/backtest/backtest-run.ts';
import { compileRule } from '#engine/rules/compile-rule.ts';
import type { HistoryStore } from '#storage/history-store.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import type { InputProblem } from '../describe-errors.ts';
import { inputRange } from '../input-times.ts';
import { type CoveredSensor, coveredSensors } from './covered-sensors.ts';
import { ProgressTeller } from './progress-teller.ts';
import { readRuleInput } from './rule-input.ts';
import { type Replay, showHistory } from './show-history.ts';
import { suggestPatience } from './suggest-patience.ts';

const { from, to } = BacktestInput.properties;
const check = inputCheck(
  Type.Object({ rule: Type.Unknown(), from, to }, { additionalProperties: false }),
);
const MOST_SAMPLES = 20_000_000;
const MOST_LISTED = 10_000;
/** More of them would only share the same thread. */
const MOST_AT_ONCE = 2;
const RETRY_AFTER_SECONDS = 5;
const runningOver = new WeakMap<HistoryStore, number>();
/** Of the sensors that chatter: the search for a suggestion shows each sample to several rules. */
const MOST_SAMPLES_OF_SEARCH = 4_000_000;

/**
 * What a rule would have done over the stored readings of the sensors that it covers; it need not be stored, and may be
 * switched off. The engine is the one that judges live readings; the time of receipt is taken to be the time of each
 * reading (see `BacktestRun`). `suggestion` is null also where the sensors that chatter hold more than 4,000,000 samples.
 * `onProgress` is told how far it has come, first when everything that was asked has been found to be in order.
 * Throws `rule_invalid`, `not_supported`, or `invalid_request` above 1,000 sensors or 20,000,000 samples. Ends with the
 * reason of `signal` once that is aborted; `rate_limited` while two others run over the same history.
 */
export async function backtestRule(asked: Asked): Promise<Backtest> {
  const { history } = asked.ctx;
  authorize(asked.ctx, 'read');
  const running = runningOver.get(history) ?? 0;
  if (running >= MOST_AT_ONCE) {
    throw new VigieError('rate_limited', `${MOST_AT_ONCE} backtests run already.`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  runningOver.set(history, running + 1);
  try {
    return await runBacktest(asked);
  } finally {
    runningOver.set(history, (runningOver.get(history) ?? 1) - 1);
  }
}

interface Asked {
  ctx: OperationContext;
  input: unknown;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: BacktestProgress) => void) | undefined;
}

async function runBacktest({ ctx, input, signal, onProgress }: Asked): Promise<Backtest> {
  const { rule: given, ...times } = check(input);
  const rule = ruleToTry(ctx, given);
  const replay = { history: ctx.history, span: spanOf(ctx, times), signal };
  const compiled = compileRule(rule);
  const sensors = await coveredSensors(ctx, compiled);
  const alerts: Backtest['alerts'] = [];
  const chattering: CoveredSensor[] = [];
  let samplesOfChattering = 0;
  const summary = { samples: 0, alerts: 0, sensors: sensors.length, seconds_active: 0 };
  const progress = new ProgressTeller({ sensors: sensors.length, span: replay.span }, onProgress);
  progress.replayed(0, replay.span.fromMs, 0);
  for (const [at, sensor] of sensors.entries()) {
    const span = { ...replay.span, keep: MOST_LISTED - alerts.length };
    const run = new BacktestRun(compiled, sensor.facts, span);
    const take = (timeMs: number, values: Float64Array) => run.reading(timeMs, values);
    const most = MOST_SAMPLES - summary.samples;
    const onSlice: Replay['onSlice'] = (shown) => {
      progress.replayed(at, shown.timeMs, summary.samples + shown.samples);
    };
    const samples = await showHistory(sensor.series, take, { ...replay, most, onSlice });
    run.finish();
    summary.samples += samples;
    summary.alerts += run.alertCount;
    summary.seconds_active += run.activeMs / 1000;
    for (const alert of run.alerts) alerts.push(alertView(sensor, alert));
    if (!run.isChattering) continue;
    chattering.push(sensor);
    samplesOfChattering += samples;
  }
  return {
    alerts,
    truncated: summary.alerts > alerts.length,
    summary: { ...summary, chattering: chattering.map(({ facts }) => facts.sensorId) },
    suggestion:
      samplesOfChattering > MOST_SAMPLES_OF_SEARCH
        ? null
        : await suggestPatience(rule, chattering, {
            ...replay,
            onProgress: (done, total) => progress.searched(done, total),
          }),
  };
}

/** No later than now: what has not happened yet has no silence. */
function spanOf(ctx: OperationContext, times: { from: string; to: string }) {
  const { fromMs, toMs } = inputRange(times);
  const span = { fromMs: fromMs!, toMs: Math.min(toMs!, ctx.clock.now()) };
  if (span.fromMs >= span.toMs) throw refuse([{ pointer: '/from', detail: 'lies ahead of now' }]);
  return span;
}

function ruleToTry(ctx: OperationContext, given: unknown): Rule {
  const { id = 'backtest', ...rest } = withinRule(() => readRuleInput(given));
  const now = formatTime(ctx.clock.now());
  return { ...rest, id, enabled: true, revision: 1, created_at: now, updated_at: now };
}

/** Problems of the rule point into the rule, which here is a part of the input. */
function withinRule<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
    const errors = (error.extra?.errors ?? []) as InputProblem[];
    const moved = errors.map((problem) => ({ ...problem, pointer: `/rule${problem.pointer}` }));
    if (moved.length > 0) throw refuse(moved, error.code);
    throw new VigieError(error.code, error.message, { pointer: `/rule${error.pointer ?? ''}` });
  }
}

function alertView({ facts }: CoveredSensor, alert: BacktestAlert): Backtest['alerts'][number] {
  return {
    sensor_id: facts.sensorId,
    severity: alert.severity,
    started_at: formatTime(alert.startedAtMs),
    cleared_at: formatTimeOrNull(alert.clearedAtMs),
    peak: alert.peak,
  };
}
