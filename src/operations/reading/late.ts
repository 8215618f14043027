import { LATE_DEFAULT_POINTS, type LateAnswer, LateQuery } from '#domain/history.ts';
import { formatDuration, formatTime } from '#domain/time.ts';
import type { LateSlice } from '#storage/history-store.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { knownSensor } from '../sensor/sensor-view.ts';
import { askedRange, askedSeries } from './asked-series.ts';
import { bucketInterval } from './bucket-interval.ts';

// Tested by: late.test.ts

const check = inputCheck(LateQuery);
/** Late samples that follow each other at the sensor's own pace are one stretch; a fresh one between two parts them. */
const JOINED_CADENCES = 1.5;

/**
 * The stretches of time whose samples came more than `VIGIE_LATE_AFTER` after their time, at most `points` of them. What
 * lies before the registration of the sensor was loaded afterwards (an import), and is not late. Throws `not_found` for a
 * sensor or metric that is not there.
 */
export async function lateReadings({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; query: LateQuery };
}): Promise<LateAnswer> {
  authorize(ctx, 'read');
  const query = check(input.query);
  const { customer } = ctx.caller;
  const { row, series } = await knownSensor(ctx.state.db, { customer, sensorId: input.id });
  const { id: seriesId, metric, unit } = askedSeries(input.id, series, query.metric);
  const { fromMs, toMs } = askedRange(ctx, query);
  const points = query.points ?? LATE_DEFAULT_POINTS;
  const intervalMs = bucketInterval({ wantedMs: undefined, points, fromMs, toMs });
  const { lateAfterMs } = ctx.settings;
  // What is late was received after its time: nothing ahead of now is.
  const endMs = Math.min(toMs, ctx.clock.now());
  const knownFromMs = Math.min(Math.max(fromMs, row.registered_at), endMs);
  const range = { seriesId, fromMs: knownFromMs, toMs: endMs };
  const [slice, live] = await Promise.all([
    ctx.history.late({ ...range, intervalMs, lateAfterMs }),
    ctx.live.find(customer, [row]),
  ]);
  // What is known of the pace of a sensor that sends what it kept may be that of its connections.
  const paceMs = Math.min(live.get(input.id)?.cadenceMs ?? 0, paceOf(slice));
  return {
    ...{ sensor_id: input.id, metric, unit },
    late_after: formatDuration(lateAfterMs),
    from: formatTime(slice.fromMs),
    to: formatTime(toMs),
    truncated: slice.fromMs > knownFromMs,
    stretches: joined(slice, Math.max(intervalMs, paceMs * JOINED_CADENCES)),
  };
}

/** The median distance of the late samples, ms; 0 where there are not two. */
function paceOf({ count, firstsMs, lastsMs, samples }: LateSlice): number {
  const stepsMs: number[] = [];
  for (let at = 0; at < count; at++) {
    const steps = samples[at]! - 1;
    if (steps > 0) stepsMs.push((lastsMs[at]! - firstsMs[at]!) / steps);
    if (at > 0) stepsMs.push(firstsMs[at]! - lastsMs[at - 1]!);
  }
  return stepsMs.sort((a, b) => a - b)[stepsMs.length >> 1] ?? 0;
}

/** Neighbors no further apart than the gap are one stretch. */
function joined(slice: LateSlice, gapMs: number): LateAnswer['stretches'] {
  const stretches: LateAnswer['stretches'] = [];
  for (let at = 0; at < slice.count; ) {
    const firstMs = slice.firstsMs[at]!;
    let [lastMs, samples, longestMs] = [firstMs, 0, 0];
    do {
      lastMs = slice.lastsMs[at]!;
      samples += slice.samples[at]!;
      longestMs = Math.max(longestMs, slice.longestMs[at]!);
      at++;
    } while (at < slice.count && slice.firstsMs[at]! - lastMs <= gapMs);
    stretches.push({
      from: formatTime(firstMs),
      to: formatTime(lastMs),
      samples,
      longest_delay: formatDuration(longestMs),
    });
  }
  return stretches;
}
