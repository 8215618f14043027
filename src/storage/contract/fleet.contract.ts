import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { partitionOf, recordKey } from '#domain/partition-hash.ts';
import { alertRow, sensorRow, T0 } from '#test/support/state-rows.ts';
import { shelves } from '../state/alarms.ts';
import {
  type FleetShare,
  keepHashes,
  openAlertRows,
  sensorPages,
  sensorStatePages,
  seriesPages,
} from '../state/fleet-rows.ts';
import { removeSensor } from '../state/sensors.ts';
import type { CreateStore } from './state-store.contract.ts';

const COUNTS = [2, 3, 12];
/** More than fit on one page, with keys that nobody has in between. */
const SENSORS = 2500;
const GAP = 100_000;

/** What processors load of the fleet: all of it, or the share of one partition. */
export function fleetContract(name: string, createStore: CreateStore): void {
  describe(`a stored fleet: ${name}`, () => {
    let store: Awaited<ReturnType<CreateStore>>;
    beforeEach(async () => {
      store = await createStore();
      await store.transaction(async (tx) => {
        const rows = Array.from({ length: SENSORS }, (_, at) => fleetSensor(at));
        for (let at = 0; at < SENSORS; at += 500) {
          const some = rows.slice(at, at + 500);
          await tx.insertInto('sensors').values(some).execute();
          const pks = some.map(({ pk }) => pk);
          const series = pks.map((pk) => ({ id: pk + 7, sensor_pk: pk, metric: 't', unit: null }));
          await tx.insertInto('series').values(series).execute();
          const states = pks.map((pk) => ({ sensor_pk: pk, as_of: 1, state: '{}' }));
          await tx.insertInto('sensor_states').values(states).execute();
        }
        const alerts = rows
          .slice(0, 40)
          .map(({ pk, sensor_id }) => alertRow({ id: sensor_id, sensor_pk: pk, sensor_id }));
        const shelved = { shelved_until: T0 + 1, shelved_by: 'anne', shelve_reason: 'work' };
        await tx
          .insertInto('alerts')
          .values(alerts.map((row) => ({ ...row, ...shelved })))
          .execute();
      });
    });
    afterEach(() => store.close());

    const all = async <R>(pages: AsyncIterable<R[]>): Promise<R[]> =>
      (await Array.fromAsync(pages)).flat();
    const sorted = (numbers: number[]) => numbers.sort((a, b) => a - b);
    const pks = Array.from({ length: SENSORS }, (_, at) => fleetSensor(at).pk);

    /** Keys of the sensors of which something is loaded. */
    async function loaded(share?: FleetShare): Promise<Record<string, number[]>> {
      const { db } = store;
      return {
        sensors: (await all(sensorPages(db, share))).map(({ pk }) => pk),
        series: (await all(seriesPages(db, share))).map(({ sensor_pk: pk }) => pk),
        states: (await all(sensorStatePages(db, share))).map(({ sensor_pk: pk }) => pk),
        alerts: (await openAlertRows(db, share)).map(({ sensor_pk: pk }) => pk),
        shelves: (await shelves(db, T0, share)).map(({ sensorPk }) => sensorPk),
      };
    }

    async function keepAll(): Promise<void> {
      for await (const rows of sensorPages(store.db)) await keepHashes(store.db, rows);
    }

    test('every sensor is in one share, the one that the partitioner says, with all that belongs to it', async () => {
      await keepAll();
      for (const count of COUNTS) {
        const union: Record<string, number[]> = {};
        for (let number = 0; number < count; number++) {
          for (const [what, keys] of Object.entries(await loaded({ number, count }))) {
            union[what] = [...(union[what] ?? []), ...keys];
            for (const pk of keys) {
              const { customer, sensor_id: id } = fleetSensor(pks.indexOf(pk));
              expect(partitionOf(Buffer.from(recordKey(customer, id)), count)).toBe(number);
            }
          }
        }
        // Each once: nothing is missing and nothing comes twice.
        for (const what of ['sensors', 'series', 'states']) {
          expect(sorted(union[what]!), what).toEqual(pks);
        }
        for (const what of ['alerts', 'shelves']) {
          expect(sorted(union[what]!), what).toEqual(pks.slice(0, 40));
        }
      }
    });

    test('without a share it is loaded whole', async () => {
      const { alerts, shelves: shelved, ...whole } = await loaded();
      for (const keys of Object.values(whole)) expect(sorted(keys)).toEqual(pks);
      expect(sorted(alerts!)).toEqual(pks.slice(0, 40));
      expect(sorted(shelved!)).toEqual(pks.slice(0, 40));
    });

    test('a sensor whose hash is not kept yet is in every share until it is', async () => {
      const share = { number: 1, count: 12 };
      expect(sorted((await loaded(share)).sensors!)).toEqual(pks);
      const [first] = await all(sensorPages(store.db));
      await keepHashes(store.db, [first!]);
      const after = (await loaded(share)).sensors!;
      expect(after.length).toBeGreaterThanOrEqual(pks.length - 1);
      // What is kept is not written again; the rest is, wherever it was broken off.
      await keepAll();
      const kept = await store.db.selectFrom('sensors').select('key_hash').execute();
      expect(kept.every(({ key_hash: hash }) => hash !== null && hash >= 0)).toBe(true);
    });

    test('open alerts of sensors that were removed are in every share, for whoever has to close them', async () => {
      await keepAll();
      await store.transaction((tx) => removeSensor(tx, pks[0]!));
      for (let number = 0; number < 3; number++) {
        const rows = await openAlertRows(store.db, { number, count: 3 });
        expect(rows.map(({ sensor_pk: pk }) => pk)).toContain(pks[0]);
      }
    });
  });
}

function fleetSensor(at: number) {
  return sensorRow({
    pk: at + 1 + (at >= SENSORS / 2 ? GAP : 0),
    customer: at % 7 === 0 ? 'other' : 'main',
    sensor_id: `congélateur-${at}`,
  });
}
