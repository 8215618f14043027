import { VigieError } from '#domain/errors.ts';
import { isServiceBack, parseOutOfService } from '#domain/out-of-service.ts';
import type { Sensor } from '#domain/sensor.ts';
import { formatDuration, formatTime, formatTimeOrNull } from '#domain/time.ts';
import type { SensorsTable, SeriesTable } from '#storage/state/schema.ts';
import { findSensor, seriesOfSensors } from '#storage/state/sensors.ts';
import type { StateDb, StateTransaction } from '#storage/state/state-store.ts';
import type { OperationContext } from '../context.ts';
import type { LiveSensor } from './live-sensors.ts';

// Tested by: sensor.test.ts

interface KnownOfSensor {
  series: readonly SeriesTable[];
  live: LiveSensor | undefined;
  nowMs: number;
}

/** A sensor with what is known of it right now. */
export function sensorView(row: SensorsTable, { series, live, nowMs }: KnownOfSensor): Sensor {
  return {
    id: row.sensor_id,
    name: row.name,
    location: row.location,
    labels: JSON.parse(row.labels) as Record<string, string>,
    parent_id: row.parent_id,
    calibration_date: formatTimeOrNull(row.calibration_date),
    metrics: metricsView(series, live),
    status: live?.status ?? 'never',
    cadence: live?.cadenceMs === undefined ? null : formatDuration(live.cadenceMs),
    skew_ms: live?.skewMs === undefined ? null : Math.round(live.skewMs),
    last_seen_at: formatTimeOrNull(live?.lastSeenMs),
    out_of_service: serviceView(row.out_of_service, nowMs),
    registered_at: formatTime(row.registered_at),
    updated_at: formatTime(row.updated_at),
  };
}

function serviceView(text: string | null, nowMs: number): Sensor['out_of_service'] {
  const service = parseOutOfService(text);
  if (service === null || isServiceBack(service, nowMs)) return null;
  const { reason, by, sinceMs, untilMs, rules = null } = service;
  return { reason, by, since: formatTime(sinceMs), until: formatTimeOrNull(untilMs), rules };
}

export function metricsView(
  series: readonly SeriesTable[],
  live: LiveSensor | undefined,
): Sensor['metrics'] {
  return Object.fromEntries(
    series.map(({ metric, unit }) => {
      const last = live?.last.get(metric);
      return [
        metric,
        {
          unit,
          last: last ? { timestamp: formatTime(last.timeMs), value: last.value } : null,
        },
      ];
    }),
  );
}

/** The caller's sensor and its series. Throws `not_found`. */
export async function knownSensor(
  db: StateDb | StateTransaction,
  { customer, sensorId }: { customer: string; sensorId: string },
): Promise<{ row: SensorsTable; series: SeriesTable[] }> {
  const row = await findSensor(db, { customer, sensorId });
  if (row === undefined) throw new VigieError('not_found', `There is no sensor ${sensorId}.`);
  const series = (await seriesOfSensors(db, [row.pk])).get(row.pk) ?? [];
  return { row, series };
}

export async function viewSensor(ctx: OperationContext, sensorId: string): Promise<Sensor> {
  const { customer } = ctx.caller;
  const { row, series } = await knownSensor(ctx.state.db, { customer, sensorId });
  const live = (await ctx.live.find(customer, [row])).get(sensorId);
  return sensorView(row, { series, live, nowMs: ctx.clock.now() });
}
