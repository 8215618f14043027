import type { ErrorCode } from '#domain/errors.ts';
import { sensorHash } from '#domain/partition-hash.ts';
import type { Limits, MetricShape, ReadingMetadata } from '#domain/reading.ts';
import { readingAt, readingText } from '#domain/reading-view.ts';
import type { Selector } from '#domain/rule.ts';
import { usualUnit } from '#domain/unit.ts';
import { selectorMatches } from '#engine/rules/selector.ts';
import type { SensorUpdate } from '#storage/commit-store.ts';
import type { SensorsTable } from '#storage/state/schema.ts';
import type { LiveReading } from '#stream/bus.ts';
import type { Fleet } from '../fleet.ts';
import type { Group, Tally } from '../group.ts';
import { closeAlert } from '../reconcile.ts';
import { attachRules } from '../rule-book.ts';
import type { SensorEntry, SeriesGroup } from '../sensor-entry.ts';
import type { Timers } from '../timers.ts';

// Tested by: ../processor.test.ts

/** A sender that makes labels of what changes with every reading does not fill the memory. */
const MOST_LABELS = 64;

export interface AdmitContext {
  fleet: Fleet;
  timers: Timers;
  limits: Limits;
  autoRegister: boolean;
}

/**
 * Finds the sensor and the series of every reading; makes those that are new. A reading whose sensor or
 * metrics may not be made is refused, and goes to the dead letters with the ones that the gateway refused.
 */
export function admit(group: Group, context: AdmitContext): void {
  for (const tally of group.tallies) {
    const { submission } = tally;
    const { batch, refused } = submission.parsed;
    for (const { index, code, pointer, detail, sensorId, payload } of refused) {
      tally.rejected.push({ index, code, pointer, detail });
      group.unit.deadLetters.push({
        customer: submission.customer,
        received_at: submission.receivedMs,
        source: submission.source,
        sensor_id: sensorId,
        code,
        pointer,
        detail,
        payload,
      });
    }
    const sensors = context.fleet.sensorsOf(submission.customer);
    const { allowedSensors } = submission;
    const allowed: Selector | undefined = allowedSensors && { sensors: [...allowedSensors] };
    let nextOffset = 0;
    for (let at = 0; at < batch.count; at++) {
      const sensorId = batch.sensorIds[at]!;
      const offset = nextOffset;
      nextOffset += batch.shapes[at]!.length;
      let sensor = sensors.get(sensorId);
      if (allowed && !selectorMatches(allowed, sensorId, {})) {
        refuse(group, tally, {
          at,
          offset,
          code: 'sensor_not_allowed',
          detail: `This key may not send for ${sensorId}.`,
        });
        continue;
      }
      if (sensor === undefined) {
        const obstacle = registrationObstacle(sensors.size, context);
        if (obstacle) {
          refuse(group, tally, { at, offset, ...obstacle });
          continue;
        }
        sensor = registerSensor(group, submission.customer, { sensorId, context });
      }
      const series =
        sensor.seriesOf(batch.shapes[at]!) ??
        addMissing(group, sensor, {
          shape: batch.shapes[at]!,
          metadata: batch.metadata[at],
          context,
        });
      if (series === undefined) {
        refuse(group, tally, {
          at,
          offset,
          code: 'sensor_metric_limit',
          detail: `A sensor has at most ${context.limits.metricsPerSensor} metrics.`,
        });
        continue;
      }
      const metadata = batch.metadata[at];
      if (metadata !== undefined && metadata !== sensor.lastMetadata) {
        applyMetadata(group, sensor, { metadata, context });
      }
      tally.sensors[at] = sensor;
      tally.series[at] = series;
    }
  }
}

function registrationObstacle(
  count: number,
  { autoRegister, limits }: AdmitContext,
): { code: ErrorCode; detail: string } | undefined {
  if (!autoRegister)
    return { code: 'sensor_unknown', detail: 'Register the sensor first: POST /v1/sensors.' };
  if (count >= limits.sensorsPerCustomer) {
    return {
      code: 'sensor_limit',
      detail: `There are ${limits.sensorsPerCustomer} sensors already.`,
    };
  }
  return undefined;
}

function registerSensor(
  group: Group,
  customer: string,
  { sensorId, context }: { sensorId: string; context: AdmitContext },
): SensorEntry {
  const sensor = context.fleet.register(customer, sensorId, { registeredMs: group.nowMs });
  group.unit.newSensors.push(sensorRow(sensor, group.nowMs));
  for (const instance of sensor.instances) context.timers.schedule(instance);
  return sensor;
}

export function sensorRow(sensor: SensorEntry, nowMs: number): SensorsTable {
  return {
    pk: sensor.pk,
    customer: sensor.customer,
    sensor_id: sensor.sensorId,
    name: sensor.name,
    location: sensor.location,
    labels: JSON.stringify(sensor.labels),
    parent_id: null,
    calibration_date: sensor.calibrationDateMs ?? null,
    update_within: sensor.updateWithinMs ?? null,
    out_of_service: null,
    key_hash: sensorHash(sensor.customer, sensor.sensorId),
    registered_at: nowMs,
    updated_at: nowMs,
  };
}

/** undefined where the sensor would get too many metrics; then none of the new ones is made. */
function addMissing(
  group: Group,
  sensor: SensorEntry,
  {
    shape,
    metadata,
    context,
  }: { shape: MetricShape; metadata: ReadingMetadata | undefined; context: AdmitContext },
): SeriesGroup | undefined {
  const missing = shape.filter((metric) => !sensor.series.has(metric));
  if (sensor.series.size + missing.length > context.limits.metricsPerSensor) return undefined;
  for (const metric of missing) {
    const units = metadata?.units;
    const unit = units && Object.hasOwn(units, metric) ? units[metric]! : usualUnit(metric);
    const series = context.fleet.addSeries(sensor, metric, unit);
    group.unit.newSeries.push({ id: series.id, sensor_pk: sensor.pk, metric, unit });
  }
  return sensor.seriesOf(shape);
}

/** Takes over what the reading says of its sensor, where that is news. */
function applyMetadata(
  group: Group,
  sensor: SensorEntry,
  { metadata, context }: { metadata: ReadingMetadata; context: AdmitContext },
): void {
  const before = sensor.lastMetadata;
  sensor.lastMetadata = metadata;
  const update: SensorUpdate = { pk: sensor.pk };
  if (metadata.location !== undefined && metadata.location !== sensor.location) {
    sensor.location = metadata.location;
    update.location = metadata.location;
  }
  // A name that somebody has given it stays; one that came from readings follows them.
  const isNameSent = sensor.name === null || sensor.name === before?.name;
  if (metadata.name !== undefined && metadata.name !== sensor.name && isNameSent) {
    sensor.name = metadata.name;
    update.name = metadata.name;
  }
  if (
    metadata.calibrationDateMs !== undefined &&
    metadata.calibrationDateMs !== sensor.calibrationDateMs
  ) {
    sensor.calibrationDateMs = metadata.calibrationDateMs;
    update.calibration_date = metadata.calibrationDateMs;
  }
  if (metadata.updateWithinMs !== undefined && metadata.updateWithinMs !== sensor.updateWithinMs) {
    sensor.updateWithinMs = metadata.updateWithinMs;
    update.update_within = metadata.updateWithinMs;
  }
  if (metadata.labels !== undefined) {
    const labels = newLabels(sensor.labels, metadata.labels);
    if (labels) {
      sensor.labels = labels;
      update.labels = JSON.stringify(sensor.labels);
      const book = context.fleet.bookOf(sensor.customer);
      const gone = book ? attachRules(sensor, book) : [];
      for (const instance of gone) closeAlert(group, instance);
      if (gone.length > 0) group.touched.add(sensor);
    }
  }
  for (const [metric, unit] of Object.entries(metadata.units ?? {})) {
    const series = sensor.series.get(metric);
    if (series && series.unit !== unit) {
      series.unit = unit;
      group.unit.seriesUpdates.push({ id: series.id, unit });
    }
  }
  const isNews = Object.keys(update).length > 1;
  if (isNews) {
    update.updated_at = group.nowMs;
    group.unit.sensorUpdates.push(update);
    for (const instance of sensor.instances) context.timers.schedule(instance);
    group.renewed.add(sensor);
  }
}

/** The labels with what is said of them; undefined where nothing of it is news, or there are too many. */
function newLabels(
  known: Record<string, string>,
  said: Record<string, string>,
): Record<string, string> | undefined {
  let isNews = false;
  const labels = new Map(Object.entries(known));
  for (const [key, value] of Object.entries(said)) {
    if (labels.get(key) === value || (!labels.has(key) && labels.size >= MOST_LABELS)) continue;
    labels.set(key, value);
    isNews = true;
  }
  return isNews ? Object.fromEntries(labels) : undefined;
}

function refuse(
  group: Group,
  tally: Tally,
  { at, offset, code, detail }: { at: number; offset: number; code: ErrorCode; detail: string },
): void {
  const { submission } = tally;
  const { batch } = submission.parsed;
  const pointer = code === 'sensor_metric_limit' ? '/readings' : '/sensor_id';
  tally.rejected.push({ index: batch.indexes?.[at] ?? at, code, pointer, detail });
  group.unit.deadLetters.push({
    customer: submission.customer,
    received_at: submission.receivedMs,
    source: submission.source,
    sensor_id: batch.sensorIds[at] ?? null,
    code,
    pointer,
    detail,
    payload: readingText(batch, at, offset),
  });
}

/** The readings of a request that were let in, in the contract's shape. */
export function readingsOf(tally: Tally): LiveReading[] {
  const { batch } = tally.submission.parsed;
  const readings: LiveReading[] = [];
  let offset = 0;
  for (let at = 0; at < batch.count; at++) {
    if (tally.sensors[at] !== undefined) readings.push(readingAt(batch, at, offset));
    offset += batch.shapes[at]!.length;
  }
  return readings;
}
