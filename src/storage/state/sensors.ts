import { sql } from 'kysely';
import type { OutOfService } from '#domain/out-of-service.ts';
import type { SensorsTable, SeriesTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/state-store.contract.ts

/** Ids in one `in (…)`; well below what any engine allows. */
const IDS_A_STATEMENT = 1000;

export function findSensor(
  db: StateDb | StateTransaction,
  { customer, sensorId }: { customer: string; sensorId: string },
): Promise<SensorsTable | undefined> {
  return db
    .selectFrom('sensors')
    .selectAll()
    .where('customer', '=', customer)
    .where('sensor_id', '=', sensorId)
    .executeTakeFirst();
}

/** The names of those of these sensors that have one, by sensor id. */
export async function sensorNames(
  db: StateDb | StateTransaction,
  { customer, sensorIds }: { customer: string; sensorIds: readonly string[] },
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const ids = [...new Set(sensorIds)];
  for (let at = 0; at < ids.length; at += IDS_A_STATEMENT) {
    const rows = await db
      .selectFrom('sensors')
      .select(['sensor_id', 'name'])
      .where('customer', '=', customer)
      .where('sensor_id', 'in', ids.slice(at, at + IDS_A_STATEMENT))
      .where('name', 'is not', null)
      .execute();
    for (const { sensor_id, name } of rows) if (name !== null) names.set(sensor_id, name);
  }
  return names;
}

export interface SensorFilter {
  customer: string;
  /** These alone; as many as one statement allows. */
  ids?: readonly string[] | undefined;
  /** Text within id, name or location, whatever the case of its letters. */
  text?: string | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
  /** Taken out of service at some time and not brought back; its time may be over. */
  wasTakenOut?: boolean | undefined;
  afterId?: string | undefined;
  limit: number;
}

/** In the order of their ids, from after `afterId` on. */
export function listSensorRows(db: StateDb, filter: SensorFilter): Promise<SensorsTable[]> {
  let query = db.selectFrom('sensors').selectAll().where('customer', '=', filter.customer);
  if (filter.ids !== undefined) query = query.where('sensor_id', 'in', filter.ids);
  if (filter.afterId !== undefined) query = query.where('sensor_id', '>', filter.afterId);
  if (filter.text !== undefined && filter.text !== '') {
    const pattern = `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`;
    // Both sides are lowered by the engine, so that each engine agrees with itself on what a capital is.
    query = query.where(({ or }) =>
      or(
        (['sensor_id', 'name', 'location'] as const).map(
          (column) =>
            sql<boolean>`lower(${sql.ref(column)}) like lower(cast(${pattern} as text)) escape '\\'`,
        ),
      ),
    );
  }
  if (filter.wasTakenOut === true) query = query.where('out_of_service', 'is not', null);
  for (const [name, value] of Object.entries(filter.labels ?? {})) {
    // Labels are a JSON object as JSON.stringify writes it: a member stands after { or a comma, and no text
    // within a key or value can look like one, since its quotes are escaped.
    const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
    query = query.where(({ or }) =>
      or(
        ['{', ','].map(
          (before) => sql<boolean>`replace(labels, cast(${before + member} as text), '') <> labels`,
        ),
      ),
    );
  }
  return query.orderBy('sensor_id').limit(filter.limit).execute();
}

/** The series of sensors by their keys, in the order of their metrics. */
export async function seriesOfSensors(
  db: StateDb | StateTransaction,
  sensorPks: readonly number[],
): Promise<Map<number, SeriesTable[]>> {
  const bySensor = new Map<number, SeriesTable[]>();
  for (let at = 0; at < sensorPks.length; at += IDS_A_STATEMENT) {
    const rows = await db
      .selectFrom('series')
      .selectAll()
      .where('sensor_pk', 'in', sensorPks.slice(at, at + IDS_A_STATEMENT))
      .orderBy('sensor_pk')
      .orderBy('metric')
      .execute();
    for (const row of rows) {
      const known = bySensor.get(row.sensor_pk);
      if (known) known.push(row);
      else bySensor.set(row.sensor_pk, [row]);
    }
  }
  return bySensor;
}

export type SensorRecord = Pick<
  SensorsTable,
  'name' | 'location' | 'labels' | 'parent_id' | 'calibration_date' | 'updated_at'
>;

export async function updateSensor(
  tx: StateTransaction,
  { pk, record }: { pk: number; record: SensorRecord },
): Promise<void> {
  await tx.updateTable('sensors').set(record).where('pk', '=', pk).execute();
}

/** null brings it back. */
export async function setOutOfService(
  tx: StateTransaction,
  { pk, service }: { pk: number; service: OutOfService | null },
): Promise<void> {
  const text = service === null ? null : JSON.stringify(service);
  await tx.updateTable('sensors').set({ out_of_service: text }).where('pk', '=', pk).execute();
}

export async function updateUnit(
  tx: StateTransaction,
  { seriesId, unit }: { seriesId: number; unit: string | null },
): Promise<void> {
  await tx.updateTable('series').set({ unit }).where('id', '=', seriesId).execute();
}

export async function countSensors(
  db: StateDb | StateTransaction,
  customer: string,
): Promise<number> {
  const row = await db
    .selectFrom('sensors')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('customer', '=', customer)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function insertSensor(tx: StateTransaction, row: SensorsTable): Promise<void> {
  await tx.insertInto('sensors').values(row).execute();
}

/** With what is remembered of it; its series ids stay taken. */
export async function removeSensor(tx: StateTransaction, pk: number): Promise<void> {
  await tx.deleteFrom('sensors').where('pk', '=', pk).execute();
  await tx.deleteFrom('sensor_states').where('sensor_pk', '=', pk).execute();
}
