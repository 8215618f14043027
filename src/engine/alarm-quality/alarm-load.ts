import type { AlarmLoad, Flood } from '#domain/alarm-quality.ts';
import { formatTime } from '#domain/time.ts';

export const TEN_MINUTES_MS = 600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A flood begins above this many in ten minutes, and ends below the other (ISA-18.2, 16.5). */
const FLOOD = { beginsAbove: 10, endsBelow: 5 } as const;

/** How many alerts came in each ten minutes of the clock in which any came; `start` in ms, in order. */
export type TenMinuteCounts = readonly { readonly startMs: number; readonly count: number }[];

export interface Period {
  fromMs: number;
  toMs: number;
}

/** The load that the counts are, over the whole period, and the floods in it, in order. */
export function alarmLoad(
  counts: TenMinuteCounts,
  { fromMs, toMs }: Period,
): { load: AlarmLoad; floods: Flood[] } {
  const lengthMs = Math.max(1, toMs - fromMs);
  const alerts = counts.reduce((sum, { count }) => sum + count, 0);
  const floods = floodsOf(counts);
  const floodMs = floods.reduce((sum, { startMs, endMs }) => sum + (endMs - startMs), 0);
  const per = (unitMs: number): number => rounded((alerts * unitMs) / lengthMs);
  return {
    load: {
      alerts,
      per_day: per(DAY_MS),
      per_hour: per(HOUR_MS),
      per_ten_minutes: per(TEN_MINUTES_MS),
      worst_ten_minutes: counts.reduce((most, { count }) => Math.max(most, count), 0),
      flood_share: rounded(Math.min(1, floodMs / lengthMs)),
    },
    floods: floods.map(({ startMs, endMs, alerts: inFlood }) => ({
      started_at: formatTime(startMs),
      ended_at: formatTime(endMs),
      alerts: inFlood,
    })),
  };
}

/** Ten minutes in which nothing came are not among the counts: they end a flood as well. */
function floodsOf(counts: TenMinuteCounts): { startMs: number; endMs: number; alerts: number }[] {
  const floods: { startMs: number; endMs: number; alerts: number }[] = [];
  let isFlood = false;
  for (const { startMs, count } of counts) {
    const last = floods.at(-1);
    const goesOn = isFlood && last?.endMs === startMs && count >= FLOOD.endsBelow;
    if (goesOn && last) {
      last.endMs = startMs + TEN_MINUTES_MS;
      last.alerts += count;
    } else {
      isFlood = count > FLOOD.beginsAbove;
      if (isFlood) floods.push({ startMs, endMs: startMs + TEN_MINUTES_MS, alerts: count });
    }
  }
  return floods;
}

/** Four significant places behind the point: enough for a share, and short in an answer. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
