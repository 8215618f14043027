import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emptyUnit } from '#test/support/commit-units.ts';
import type { CommitStore } from '../commit-store.ts';
import type { SampleColumns } from '../sample-columns.ts';
import type { StateStore } from '../state/state-store.ts';

export interface CommitHarness {
  commits: CommitStore;
  state: StateStore;
  /** Closes and opens again what is on disk. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

function columnsOf(
  rows: readonly [series: number, timeMs: number, value: number][],
): SampleColumns {
  return {
    count: rows.length,
    series: Int32Array.from(rows, ([series]) => series),
    timesMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    values: Float64Array.from(rows, ([, , value]) => value),
    replacing: new Int32Array(0),
  };
}

const sensor = {
  pk: 1,
  customer: 'main',
  sensor_id: 'freezer-1',
  name: null,
  location: 'lyon',
  labels: '{}',
  parent_id: null,
  calibration_date: null,
  update_within: null,
  out_of_service: null,
  key_hash: null,
  registered_at: 5,
  updated_at: 5,
};
const alert = {
  id: 'a1',
  customer: 'main',
  rule_id: 'r',
  sensor_pk: 1,
  sensor_id: 'freezer-1',
  metric: 'temperature',
  condition: 'above',
  state: 'active' as const,
  severity: 'warning',
  highest_severity: 'warning',
  acknowledged: 0,
  shelved_until: null,
  shelve_one_shot: 0,
  shelved_by: null,
  shelve_reason: null,
  returned_at: null,
  told: 0,
  first_of_storm: 0,
  suppressed_by: null,
  assignee: null,
  value: 3.5,
  limit_value: 1,
  unit: 'Cel',
  peak: 3.5,
  started_at: 10.5,
  received_at: 11,
  cleared_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  next_repeat_at: null,
};

/** What every commit store promises; a new engine runs this without a change. */
export function commitStoreContract(name: string, create: () => Promise<CommitHarness>): void {
  describe(`commit store: ${name}`, () => {
    let harness: CommitHarness;
    beforeEach(async () => {
      harness = await create();
    });
    afterEach(() => harness.close());

    async function journal(after = 0) {
      const entries = [];
      for await (const entry of harness.commits.journalAfter(after)) entries.push(entry);
      return entries;
    }

    test('every part of a unit is there after it is opened again', async () => {
      await harness.commits.commit(
        {
          ...emptyUnit(
            1,
            columnsOf([
              [7, 1.001, 20.5],
              [7, 2, -0],
            ]),
          ),
          newSensors: [sensor],
          newSeries: [{ id: 7, sensor_pk: 1, metric: 'temperature', unit: null }],
          newAlerts: [alert],
          alertChanges: [
            {
              alert_id: 'a1',
              at: 11,
              by: 'system',
              change: 'raised',
              severity: 'warning',
              comment: null,
            },
          ],
          sensorStates: [{ sensor_pk: 1, as_of: 1, state: '{"v":1}' }],
        },
        0,
      );
      await harness.commits.commit(
        {
          ...emptyUnit(0),
          sensorUpdates: [{ pk: 1, location: 'paris' }],
          seriesUpdates: [{ id: 7, unit: 'Cel' }],
          alertUpdates: [{ id: 'a1', state: 'cleared', cleared_at: 12 }],
          sensorStates: [{ sensor_pk: 1, as_of: 2, state: '{"v":2}' }],
        },
        0,
      );
      await harness.reopen();
      const { db } = harness.state;
      expect(await db.selectFrom('sensors').selectAll().execute()).toEqual([
        { ...sensor, location: 'paris' },
      ]);
      expect(await db.selectFrom('series').selectAll().execute()).toEqual([
        { id: 7, sensor_pk: 1, metric: 'temperature', unit: 'Cel' },
      ]);
      expect(await db.selectFrom('alerts').selectAll().execute()).toEqual([
        { ...alert, state: 'cleared', cleared_at: 12 },
      ]);
      expect(await db.selectFrom('alert_history').select('change').execute()).toEqual([
        { change: 'raised' },
      ]);
      expect(await db.selectFrom('sensor_states').selectAll().execute()).toEqual([
        { sensor_pk: 1, as_of: 2, state: '{"v":2}' },
      ]);
      const [entry] = await journal();
      expect(entry).toMatchObject({ id: 1, receivedMs: 1_000_000 });
      expect([...(entry?.samples.timesMs ?? [])]).toEqual([1.001, 2]);
      expect([...(entry?.samples.values ?? [])]).toEqual([20.5, -0]);
    });

    test('a unit that fails leaves nothing, and later ones of its epoch are refused', async () => {
      await harness.commits.commit({ ...emptyUnit(1), newSensors: [sensor] }, 0);
      const second = { ...emptyUnit(2, columnsOf([[1, 1, 1]])), newSensors: [sensor] };
      await expect(harness.commits.commit(second, 0)).rejects.toMatchObject({
        code: 'storage_unavailable',
      });
      await expect(
        harness.commits.commit(emptyUnit(3, columnsOf([[1, 1, 1]])), 0),
      ).rejects.toMatchObject({
        code: 'storage_unavailable',
      });
      expect(await journal()).toEqual([]);
      await harness.commits.probe();
      await harness.commits.commit(emptyUnit(2, columnsOf([[1, 1, 1]])), 1);
      expect((await journal()).map(({ id }) => id)).toEqual([2]);
    });

    test('units keep their order, and the journal is read in portions after any id', async () => {
      const ids = Array.from({ length: 150 }, (_, k) => k + 1);
      await Promise.all(
        ids.map((id) => harness.commits.commit(emptyUnit(id, columnsOf([[1, id, id]])), 0)),
      );
      expect((await journal()).map(({ id }) => id)).toEqual(ids);
      expect((await journal(140)).map(({ id }) => id)).toEqual(ids.slice(140));
      expect(await harness.commits.lastJournalId()).toBe(150);
    });

    test('a trimmed journal forgets the entries and never their number', async () => {
      await harness.commits.commit(emptyUnit(1, columnsOf([[1, 1, 1]])), 0);
      await harness.commits.commit(emptyUnit(2, columnsOf([[1, 2, 1]])), 0);
      await harness.commits.trimJournal(2);
      expect(await journal()).toEqual([]);
      await harness.reopen();
      expect(await harness.commits.lastJournalId()).toBe(2);
    });

    test('a commit waits for an open transaction and is not part of it', async () => {
      let commit: Promise<void> | undefined;
      await expect(
        harness.state.transaction(async (tx) => {
          await tx
            .insertInto('sensors')
            .values({ ...sensor, pk: 2, sensor_id: 'x' })
            .execute();
          commit = harness.commits.commit({ ...emptyUnit(1), newSensors: [sensor] }, 0);
          throw new Error('undo');
        }),
      ).rejects.toThrow('undo');
      await commit;
      const rows = await harness.state.db.selectFrom('sensors').select('sensor_id').execute();
      expect(rows).toEqual([{ sensor_id: 'freezer-1' }]);
    });

    test('a removed sensor takes its state along', async () => {
      await harness.commits.commit(
        {
          ...emptyUnit(0),
          newSensors: [sensor],
          sensorStates: [{ sensor_pk: 1, as_of: 0, state: '{}' }],
        },
        0,
      );
      await harness.commits.commit({ ...emptyUnit(0), removedSensors: [1] }, 0);
      expect(await harness.state.db.selectFrom('sensors').selectAll().execute()).toEqual([]);
      expect(await harness.state.db.selectFrom('sensor_states').selectAll().execute()).toEqual([]);
    });
  });
}
