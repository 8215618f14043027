import type { AlertsTable, SensorStatesTable, SensorsTable, SeriesTable } from './schema.ts';
import type { StateDb } from './state-store.ts';

// Tested by: services/processor/processor.test.ts

const PAGE = 1000;

/** All sensors, series and remembered states, in pages so that no single answer grows with the fleet. */
export async function* sensorPages(db: StateDb): AsyncIterable<SensorsTable[]> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('sensors')
      .selectAll()
      .where('pk', '>', after)
      .orderBy('pk')
      .limit(PAGE)
      .execute();
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.pk;
  }
}

export async function* seriesPages(db: StateDb): AsyncIterable<SeriesTable[]> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('series')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}

export async function* sensorStatePages(db: StateDb): AsyncIterable<SensorStatesTable[]> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('sensor_states')
      .selectAll()
      .where('sensor_pk', '>', after)
      .orderBy('sensor_pk')
      .limit(PAGE)
      .execute();
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.sensor_pk;
  }
}

export function openAlertRows(db: StateDb): Promise<AlertsTable[]> {
  return db.selectFrom('alerts').selectAll().where('state', '=', 'active').execute();
}

/** What is remembered of some sensors. */
export async function sensorStates(
  db: StateDb,
  sensorPks: readonly number[],
): Promise<SensorStatesTable[]> {
  if (sensorPks.length === 0) return [];
  return db.selectFrom('sensor_states').selectAll().where('sensor_pk', 'in', sensorPks).execute();
}
