import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { sensorHash } from '#domain/partition-hash.ts';
import { ACTIVE } from './alert-row.ts';
import type { AlertsTable, SensorStatesTable, SensorsTable, SeriesTable } from './schema.ts';
import type { StateDb } from './state-store.ts';

// Tested by: storage/contract/fleet.contract.ts, services/processor/processor.test.ts

const PAGE = 1000;
/** Of one partition's sensors, about as many. */
const SHARE_PAGE = 2000;
/** Far below what any engine takes in one statement. */
const HASHES_A_STATEMENT = 2000;

/** The sensors whose hash leaves the remainder `number` when divided by `count`. */
export interface FleetShare {
  readonly number: number;
  readonly count: number;
}

/** A stretch of sensors' keys: above `after`, up to `through`. */
interface Stretch {
  after: number;
  through: number;
}

/**
 * Of joined `sensors`: those of the share, and those of which it is not known. Other sensors' rows stay in the database.
 */
export function isInShare({ number, count }: FleetShare): RawBuilder<SqlBool> {
  const hash = sql.ref('sensors.key_hash');
  return sql<SqlBool>`(${hash} % ${sql.lit(count)} = ${sql.lit(number)} or ${hash} is null)`;
}

/**
 * By stretches of keys, not by `limit`: a planner that does not know how many rows are in a share may read the whole
 * table for each page.
 */
async function* stretches(db: StateDb, { count }: FleetShare): AsyncIterable<Stretch> {
  for (let after = 0; ; ) {
    const { first } = await db
      .selectFrom('sensors')
      .select(({ fn }) => fn.min('pk').as('first'))
      .where('pk', '>', after)
      .executeTakeFirstOrThrow();
    if (first === null) return;
    // Keys that nobody has are leapt over.
    const stretch = { after: first - 1, through: first - 1 + SHARE_PAGE * count };
    yield stretch;
    after = stretch.through;
  }
}

/** All sensors, or those of a share, in pages so that no single answer grows with the fleet. */
export async function* sensorPages(db: StateDb, share?: FleetShare): AsyncIterable<SensorsTable[]> {
  if (share === undefined) {
    yield* pages(
      (after) =>
        db
          .selectFrom('sensors')
          .selectAll()
          .where('pk', '>', after)
          .orderBy('pk')
          .limit(PAGE)
          .execute(),
      ({ pk }) => pk,
    );
    return;
  }
  for await (const { after, through } of stretches(db, share)) {
    yield await db
      .selectFrom('sensors')
      .selectAll()
      .where('pk', '>', after)
      .where('pk', '<=', through)
      .where(isInShare(share))
      .execute();
  }
}

/** The same of their series; without a share also of sensors that were removed. */
export async function* seriesPages(db: StateDb, share?: FleetShare): AsyncIterable<SeriesTable[]> {
  if (share === undefined) {
    yield* pages(
      (after) =>
        db
          .selectFrom('series')
          .selectAll()
          .where('id', '>', after)
          .orderBy('id')
          .limit(PAGE)
          .execute(),
      ({ id }) => id,
    );
    return;
  }
  for await (const { after, through } of stretches(db, share)) {
    yield await db
      .selectFrom('series')
      .innerJoin('sensors', 'sensors.pk', 'series.sensor_pk')
      .selectAll('series')
      .where('sensors.pk', '>', after)
      .where('sensors.pk', '<=', through)
      .where('series.sensor_pk', '>', after)
      .where('series.sensor_pk', '<=', through)
      .where(isInShare(share))
      .execute();
  }
}

/** The same of what is remembered of them. */
export async function* sensorStatePages(
  db: StateDb,
  share?: FleetShare,
): AsyncIterable<SensorStatesTable[]> {
  if (share === undefined) {
    yield* pages(
      (after) =>
        db
          .selectFrom('sensor_states')
          .selectAll()
          .where('sensor_pk', '>', after)
          .orderBy('sensor_pk')
          .limit(PAGE)
          .execute(),
      ({ sensor_pk }) => sensor_pk,
    );
    return;
  }
  for await (const { after, through } of stretches(db, share)) {
    yield await db
      .selectFrom('sensor_states')
      .innerJoin('sensors', 'sensors.pk', 'sensor_states.sensor_pk')
      .selectAll('sensor_states')
      .where('sensors.pk', '>', after)
      .where('sensors.pk', '<=', through)
      .where('sensor_states.sensor_pk', '>', after)
      .where('sensor_states.sensor_pk', '<=', through)
      .where(isInShare(share))
      .execute();
  }
}

async function* pages<R>(
  read: (after: number) => Promise<R[]>,
  keyOf: (row: R) => number,
): AsyncIterable<R[]> {
  for (let after = 0; ; ) {
    const rows = await read(after);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = keyOf(last);
  }
}

/** Fills in hashes that were not kept yet, so that others need not look at these rows again. Can be broken off anywhere. */
export async function keepHashes(db: StateDb, rows: readonly SensorsTable[]): Promise<void> {
  const without = rows.filter((row) => row.key_hash === null);
  for (let at = 0; at < without.length; at += HASHES_A_STATEMENT) {
    const pairs = without
      .slice(at, at + HASHES_A_STATEMENT)
      .map((row) => sql`(${sql.lit(row.pk)}, ${sql.lit(sensorHash(row.customer, row.sensor_id))})`);
    // Both engines call the columns of VALUES so.
    await sql`UPDATE sensors SET key_hash = given.column2
      FROM (VALUES ${sql.join(pairs)}) AS given WHERE sensors.pk = given.column1`.execute(db);
  }
}

/** Those of a share, with those of sensors that were removed. */
export function openAlertRows(db: StateDb, share?: FleetShare): Promise<AlertsTable[]> {
  return db
    .selectFrom('alerts')
    .leftJoin('sensors', 'sensors.pk', 'alerts.sensor_pk')
    .selectAll('alerts')
    .where('alerts.state', '=', ACTIVE)
    .$if(share !== undefined, (query) => query.where(isInShare(share!)))
    .execute();
}

/** What is remembered of some sensors. */
export async function sensorStates(
  db: StateDb,
  sensorPks: readonly number[],
): Promise<SensorStatesTable[]> {
  if (sensorPks.length === 0) return [];
  return db.selectFrom('sensor_states').selectAll().where('sensor_pk', 'in', sensorPks).execute();
}
