import { durationMs, parseDuration } from '#domain/time.ts';
import type { ChartRange } from '../../chart/history-chart.tsx';

/** What is in the address of a sensor's page: who opens it sees the same picture. */
export interface SensorSearch {
  /** Metrics shown, by commas; the first one of the sensor unless given. */
  metrics?: string | undefined;
  /** Others to compare with, `sensor~metric` by commas. */
  compare?: string | undefined;
  /** The last `range` until now, moving on; unless `from` and `to` hold it still. */
  range?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export const RANGES = ['15m', '1h', '6h', '24h', '7d', '30d', '365d'] as const;
const DEFAULT_RANGE = '24h';

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const timeOf = (value: unknown) => {
  const text = textOf(value);
  return text !== undefined && Number.isFinite(Date.parse(text)) ? text : undefined;
};

/** What is no range or time is left out: an address that was cut short still shows the sensor. */
export function readSensorSearch(search: Record<string, unknown>): SensorSearch {
  const range = textOf(search.range);
  const read: SensorSearch = {
    metrics: textOf(search.metrics),
    compare: textOf(search.compare),
    range: range !== undefined && (parseDuration(range) ?? 0) > 0 ? range : undefined,
    from: timeOf(search.from),
    to: timeOf(search.to),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

/** The chosen range, ms; `isLive`: it ends now and moves on. */
export function rangeOf(search: SensorSearch, nowMs: number): ChartRange & { isLive: boolean } {
  const [fromMs, toMs] = [Date.parse(search.from ?? ''), Date.parse(search.to ?? '')];
  if (fromMs < toMs) return { fromMs, toMs, isLive: false };
  const lengthMs = durationMs(search.range ?? DEFAULT_RANGE);
  return { fromMs: nowMs - lengthMs, toMs: nowMs, isLive: true };
}

export interface SeriesName {
  sensorId: string;
  metric: string;
}

/** At most four lines: more cannot be told apart. */
export const MOST_LINES = 4;

/** The lines to draw: the sensor's own metrics first. */
export function linesOf(
  sensorId: string,
  first: string | undefined,
  search: SensorSearch,
): SeriesName[] {
  const own = (search.metrics ?? first ?? '').split(',').filter(Boolean);
  const others = (search.compare ?? '').split(',').flatMap((text) => {
    const at = text.lastIndexOf('~');
    return at > 0 ? [{ sensorId: text.slice(0, at), metric: text.slice(at + 1) }] : [];
  });
  return [...own.map((metric) => ({ sensorId, metric })), ...others].slice(0, MOST_LINES);
}
