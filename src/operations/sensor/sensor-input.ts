import { isSensorId } from '#domain/reading.ts';
import { SensorInput } from '#domain/sensor.ts';
import type { SensorsTable, SeriesTable } from '#storage/state/schema.ts';
import { findSensor, updateUnit } from '#storage/state/sensors.ts';
import type { StateDb, StateTransaction } from '#storage/state/state-store.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { escapeToken, type InputProblem } from '../describe-errors.ts';
import { inputTime } from '../input-times.ts';

// Tested by: sensor.test.ts

/** Members of an answer that only the platform writes. */
export const READ_ONLY = [
  'status',
  'cadence',
  'skew_ms',
  'last_seen_at',
  'out_of_service',
  'registered_at',
  'updated_at',
];

const check = inputCheck(SensorInput, { ignore: READ_ONLY });

export const readSensorInput = (input: unknown): SensorInput => check(withoutLastValues(input));

/** `metrics.<name>.last` of an answer is the platform's; what is left is the unit. */
export function withoutLastValues(input: unknown): unknown {
  const { metrics } = (input ?? {}) as { metrics?: unknown };
  if (!isObject(metrics)) return input;
  const units = Object.entries(metrics).map(([metric, entry]) => {
    if (!isObject(entry)) return [metric, entry];
    const { last: _last, ...rest } = entry;
    return [metric, rest];
  });
  return { ...(input as object), metrics: Object.fromEntries(units) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a sensor is said to be, as its row keeps it. */
export type SensorFields = Pick<
  SensorsTable,
  'name' | 'location' | 'labels' | 'parent_id' | 'calibration_date'
>;

export function sensorFields(input: SensorInput): SensorFields {
  return {
    name: input.name ?? null,
    location: input.location ?? null,
    labels: JSON.stringify(input.labels ?? {}),
    parent_id: input.parent_id ?? null,
    calibration_date: inputTime(input.calibration_date, '/calibration_date') ?? null,
  };
}

/** Throws `invalid_request` where the id is none. */
export function checkSensorId(id: string): void {
  if (!isSensorId(id)) {
    throw refuse([
      { pointer: '/id', detail: 'is not of the form: 1–200 letters, digits, -, _, . and :' },
    ]);
  }
}

/** A parent must exist when it is named, and no sensor is its own. */
export async function checkParent(
  db: StateDb | StateTransaction,
  sensor: { customer: string; id: string; parentId: string | null },
): Promise<void> {
  const { customer, id, parentId } = sensor;
  if (parentId === null) return;
  const pointer = '/parent_id';
  if (parentId === id) throw refuse([{ pointer, detail: 'is the sensor itself' }]);
  if ((await findSensor(db, { customer, sensorId: parentId })) === undefined) {
    throw refuse([{ pointer, detail: `there is no sensor ${parentId}` }]);
  }
  if (await hasAncestor(db, { customer, from: parentId, id }))
    throw refuse([{ pointer, detail: `is below ${id} itself: parents may not form a circle` }]);
}

const MOST_LEVELS = 100;

async function hasAncestor(
  db: StateDb | StateTransaction,
  { customer, from, id }: { customer: string; from: string; id: string },
): Promise<boolean> {
  let at: string | null = from;
  for (let level = 0; at !== null && level < MOST_LEVELS; level++) {
    if (at === id) return true;
    const row: SensorsTable | undefined = await findSensor(db, { customer, sensorId: at });
    at = row?.parent_id ?? null;
  }
  return false;
}

/** Units are said of metrics that the sensor has sent; others are refused, so that no typing error is lost. */
export async function writeUnits(
  tx: StateTransaction,
  series: readonly SeriesTable[],
  metrics: SensorInput['metrics'],
): Promise<void> {
  const bySeries = new Map(series.map((entry) => [entry.metric, entry]));
  const problems: InputProblem[] = [];
  for (const [metric, { unit }] of Object.entries(metrics ?? {})) {
    const known = bySeries.get(metric);
    if (known === undefined) problems.push(unknownMetric(metric));
    else if (known.unit !== unit) await updateUnit(tx, { seriesId: known.id, unit });
  }
  if (problems.length > 0) throw refuse(problems);
}

export function unknownMetric(metric: string): InputProblem {
  return {
    pointer: `/metrics/${escapeToken(metric)}`,
    detail: 'the sensor has sent no such metric',
  };
}
