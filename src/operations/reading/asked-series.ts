import { VigieError } from '#domain/errors.ts';
import type { SeriesTable } from '#storage/state/schema.ts';
import { refuse } from '../check-input.ts';
import type { OperationContext } from '../context.ts';
import { inputRange } from '../input-times.ts';

// Tested by: reading.test.ts

const DAY_MS = 86_400_000;

/** The series of this metric, or the only one that the sensor has. Throws `not_found`, or `invalid_request` where there are several. */
export function askedSeries(
  sensorId: string,
  series: readonly SeriesTable[],
  metric: string | undefined,
): SeriesTable {
  const [only, ...others] = series;
  if (metric !== undefined) {
    const found = series.find((entry) => entry.metric === metric);
    if (found) return found;
    throw new VigieError('not_found', `The sensor ${sensorId} has no metric ${metric}.`);
  }
  if (only === undefined) {
    throw new VigieError('not_found', `No reading of the sensor ${sensorId} has come yet.`);
  }
  if (others.length === 0) return only;
  const names = series.map((entry) => entry.metric).join(', ');
  throw refuse([
    { pointer: '/metric', detail: `the sensor has several metrics; name one of: ${names}` },
  ]);
}

/** `from` and `to` of a question, ms; the last 24 hours unless given. Throws `invalid_request` where there is nothing between them. */
export function askedRange(
  ctx: Pick<OperationContext, 'clock' | 'settings'>,
  query: { from?: string | undefined; to?: string | undefined },
): { fromMs: number; toMs: number } {
  const range = inputRange(query);
  const nowMs = ctx.clock.now();
  // A sensor's clock may be ahead of ours: without `to` its newest reading is still answered.
  const toMs = range.toMs ?? nowMs + ctx.settings.limits.futureMs + 1;
  const fromMs = range.fromMs ?? Math.min(nowMs, toMs) - DAY_MS;
  if (fromMs >= toMs) throw refuse([{ pointer: '/from', detail: 'lies ahead of all readings' }]);
  return { fromMs, toMs };
}
