import { HISTORY_DEFAULT_LIMIT, type HistoryAnswer, HistoryQuery } from '#domain/history.ts';
import { durationMs, formatDuration, formatTime } from '#domain/time.ts';
import type { SeriesTable } from '#storage/state/schema.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { knownSensor } from '../sensor/sensor-view.ts';
import { askedRange, askedSeries } from './asked-series.ts';
import { bucketInterval } from './bucket-interval.ts';

// Tested by: reading.test.ts

const check = inputCheck(HistoryQuery);
/** A cursor tells which end of the range is left, so that one of the other order is not taken. */
const KINDS = { asc: 'readings', desc: 'readings-desc' } as const;

interface Question {
  sensorId: string;
  series: SeriesTable;
  fromMs: number;
  toMs: number;
  limit: number;
  order: keyof typeof KINDS;
}

/**
 * Samples of one metric of a sensor in ascending time (with `order` `desc` the newest first), or buckets of them with `interval` or `points` (both: the
 * interval, or a longer one where it would make more buckets than `points`). Without `metric`
 * the only one that the sensor has. Throws `not_found` for a sensor or metric that is not there.
 */
export async function queryReadings({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; query: HistoryQuery };
}): Promise<HistoryAnswer> {
  authorize(ctx, 'read');
  const query = check(input.query);
  const { id } = input;
  const { series } = await knownSensor(ctx.state.db, {
    customer: ctx.caller.customer,
    sensorId: id,
  });
  const asked = askedSeries(id, series, query.metric);
  const question = { sensorId: id, series: asked, ...bounds(ctx, query, asked.id) };
  const isBucketed = query.interval !== undefined || query.points !== undefined;
  return isBucketed ? buckets(ctx, question, query) : samples(ctx, question);
}

/** A cursor goes on where its page ended, to the end that its first page had. */
function bounds(
  ctx: OperationContext,
  query: HistoryQuery,
  seriesId: number,
): Pick<Question, 'fromMs' | 'toMs' | 'limit' | 'order'> {
  const limit = query.limit ?? query.points ?? HISTORY_DEFAULT_LIMIT;
  const order = query.order ?? 'asc';
  const cursor = decodeCursor(query.cursor, KINDS[order], ['number', 'number', 'number']);
  if (cursor) {
    const [cursorSeries, fromMs, toMs] = cursor;
    if (cursorSeries !== seriesId) {
      throw refuse([{ pointer: '/cursor', detail: 'belongs to another sensor or metric' }]);
    }
    return { fromMs, toMs, limit, order };
  }
  return { ...askedRange(ctx, query), limit, order };
}

/** What is left of the range after a page: what is next is included in ascending order, what was shown last excluded in descending. */
function nextCursor(question: Question, starts: Float64Array): string | null {
  const { series, fromMs, toMs, limit, order } = question;
  if (starts.length <= limit) return null;
  const left = order === 'asc' ? [starts[limit]!, toMs] : [fromMs, starts[limit - 1]!];
  return encodeCursor(KINDS[order], [series.id, ...left]);
}

async function samples(ctx: OperationContext, question: Question): Promise<HistoryAnswer> {
  const { sensorId, series, limit } = question;
  const slice = await ctx.history.samples(pageOf(question));
  const shown = Math.min(slice.count, limit);
  const rows: [string, number][] = [];
  for (let at = 0; at < shown; at++) rows.push([formatTime(slice.timesMs[at]!), slice.values[at]!]);
  return {
    sensor_id: sensorId,
    metric: series.metric,
    unit: series.unit,
    samples: rows,
    next_cursor: nextCursor(question, slice.timesMs),
  };
}

/** One row more than is shown: it only tells that there is more. */
function pageOf({ series, fromMs, toMs, limit, order }: Question) {
  return { seriesId: series.id, fromMs, toMs, limit: limit + 1, descending: order === 'desc' };
}

async function buckets(
  ctx: OperationContext,
  question: Question,
  query: HistoryQuery,
): Promise<HistoryAnswer> {
  const { sensorId, series, fromMs, toMs, limit } = question;
  const wantedMs = query.interval === undefined ? undefined : durationMs(query.interval);
  if (wantedMs !== undefined && wantedMs < 1) {
    throw refuse([{ pointer: '/interval', detail: 'must be 1ms or longer' }]);
  }
  const intervalMs = bucketInterval({ wantedMs, points: query.points, fromMs, toMs });
  const slice = await ctx.history.buckets({ ...pageOf(question), intervalMs });
  const rows = [];
  for (let at = 0; at < Math.min(slice.count, limit); at++) {
    rows.push({
      timestamp: formatTime(slice.startsMs[at]!),
      min: slice.min[at]!,
      mean: slice.mean[at]!,
      max: slice.max[at]!,
      count: slice.samples[at]!,
    });
  }
  return {
    sensor_id: sensorId,
    metric: series.metric,
    unit: series.unit,
    interval: intervalMs === wantedMs ? query.interval! : formatDuration(intervalMs),
    buckets: rows,
    next_cursor: nextCursor(question, slice.startsMs),
  };
}
