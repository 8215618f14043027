import { ExportQuery } from '#domain/history.ts';
import { matchesAny } from '#engine/rules/selector.ts';
import type { ExportFormat, ExportRequest } from '#storage/history-store.ts';
import type { SensorsTable } from '#storage/state/schema.ts';
import { findSensor, listSensorRows, seriesOfSensors } from '#storage/state/sensors.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { inputRange } from '../input-times.ts';

// Tested by: reading.test.ts

const check = inputCheck(ExportQuery);
const PORTION = 1000;
/** All times that RFC 3339 can say: the years 1 to 9999. */
const ALL_TIME = { fromMs: -62_135_596_800_000, toMs: 253_402_300_800_000 };

const CONTENT_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
};

export interface ExportFile {
  contentType: string;
  fileName: string;
  /** Pulled piece by piece; an error while it runs is thrown from the iterator. */
  bytes: AsyncIterable<Uint8Array>;
}

/** Samples of the sensors as a file, CSV unless another format is asked for, of all times unless bounded. */
export async function exportReadings({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: ExportQuery;
}): Promise<ExportFile> {
  authorize(ctx, 'read');
  const query = check(input);
  const { format = 'csv' } = query;
  const { fromMs = ALL_TIME.fromMs, toMs = ALL_TIME.toMs } = inputRange(query);
  const series = await seriesToExport(ctx, query);
  return {
    contentType: CONTENT_TYPES[format],
    fileName: `vigie-readings.${format}`,
    bytes: ctx.history.export({ series, fromMs, toMs, format }),
  };
}

async function seriesToExport(
  ctx: OperationContext,
  query: ExportQuery,
): Promise<ExportRequest['series']> {
  const found: ExportRequest['series'][number][] = [];
  for await (const sensors of sensorPortions(ctx, query.sensors)) {
    const series = await seriesOfSensors(
      ctx.state.db,
      sensors.map(({ pk }) => pk),
    );
    for (const { pk, sensor_id: sensorId } of sensors) {
      for (const { id, metric, unit } of series.get(pk) ?? []) {
        if (query.metric !== undefined && query.metric !== metric) continue;
        found.push({ seriesId: id, sensorId, metric, unit });
      }
    }
  }
  return found;
}

async function* sensorPortions(
  ctx: OperationContext,
  patterns: readonly string[] | undefined,
): AsyncIterable<SensorsTable[]> {
  const { customer } = ctx.caller;
  const { db } = ctx.state;
  if (patterns !== undefined && !patterns.some((pattern) => /[*?]/.test(pattern))) {
    const ids = [...new Set(patterns)].sort();
    const rows = await Promise.all(ids.map((sensorId) => findSensor(db, { customer, sensorId })));
    yield rows.filter((row) => row !== undefined);
    return;
  }
  for (let afterId: string | undefined; ; ) {
    const rows = await listSensorRows(db, { customer, afterId, limit: PORTION });
    yield patterns === undefined ? rows : rows.filter((row) => matchesAny(patterns, row.sensor_id));
    if (rows.length < PORTION) return;
    afterId = rows.at(-1)?.sensor_id;
  }
}
