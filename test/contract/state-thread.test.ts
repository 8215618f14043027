import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { CommitUnit } from '#storage/commit-store.ts';
import { type EmbeddedState, openEmbeddedState } from '#storage/embedded/open-state.ts';
import type { SensorsTable } from '#storage/state/schema.ts';
import { createProcessor } from '#test/support/processor.ts';

interface Opened extends EmbeddedState {
  workers: Worker[];
  /** Ends the thread as running out of memory would: whatever it does. */
  killThread(): Promise<unknown>;
  sensorIds(): Promise<string[]>;
}

const sensor = (pk: number): SensorsTable => ({
  pk,
  customer: 'main',
  sensor_id: `s${pk}`,
  name: null,
  location: null,
  labels: '{}',
  parent_id: null,
  calibration_date: null,
  update_within: null,
  out_of_service: null,
  key_hash: null,
  registered_at: 5,
  updated_at: 5,
});

/** One sample and one new sensor. */
function unit(id: number): CommitUnit {
  const samples = {
    count: 1,
    series: Int32Array.of(1),
    timesMs: Float64Array.of(id),
    values: Float64Array.of(id),
    replacing: new Int32Array(0),
  };
  return {
    journalId: id,
    receivedMs: 1_000_000,
    nextOffset: undefined,
    samples,
    newSensors: [sensor(id)],
    ...{ sensorUpdates: [], newSeries: [], seriesUpdates: [], newAlerts: [], alertUpdates: [] },
    ...{ alertChanges: [], notifications: [], deadLetters: [], sensorStates: [] },
    ...{ removedSensors: [], audit: [] },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'vigie-thread-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function open(transactionLimitMs?: number): Promise<Opened> {
  const workers: Worker[] = [];
  const opened = await openEmbeddedState(temporaryDir(), {
    onWorker: (worker) => workers.push(worker),
    ...(transactionLimitMs === undefined ? {} : { transactionLimitMs }),
  });
  onTestFinished(() => opened.close());
  return {
    ...opened,
    workers,
    killThread: () => workers.at(-1)!.terminate(),
    async sensorIds() {
      const rows = await opened.state.db.selectFrom('sensors').select('sensor_id').execute();
      return rows.map(({ sensor_id }) => sensor_id);
    },
  };
}

const worksAgain = ({ commits }: EmbeddedState) =>
  vi.waitFor(() => commits.probe(), { timeout: 10_000, interval: 50 });

test('a thread that ends by itself is followed by another, and what was acknowledged is there', async () => {
  const opened = await open();
  await opened.commits.commit(unit(1), 0);
  await opened.killThread();
  await expect(opened.commits.probe()).rejects.toMatchObject({ code: 'storage_unavailable' });
  await worksAgain(opened);
  await opened.commits.commit(unit(2), 0);
  expect(opened.workers).toHaveLength(2);
  expect(await opened.sensorIds()).toEqual(['s1', 's2']);
  const ids: number[] = [];
  for await (const { id } of opened.commits.journalAfter(0)) ids.push(id);
  expect(ids).toEqual([1, 2]);
});

test('a thread that ends again and again is replaced each time', async () => {
  const opened = await open();
  for (let id = 1; id <= 3; id++) {
    await opened.commits.commit(unit(id), 0);
    await opened.killThread();
    await worksAgain(opened);
  }
  expect(await opened.sensorIds()).toEqual(['s1', 's2', 's3']);
});

test('after a commit was lost with its thread, the next thread refuses the rest of its epoch', async () => {
  const opened = await open();
  // A commit waits while a transaction is open: it cannot be through before the thread ends.
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const transaction = opened.state.transaction(async (tx) => {
    await tx.selectFrom('sensors').select('pk').execute();
    begun.resolve();
    await end.promise;
  });
  await begun.promise;
  const lost = expect(opened.commits.commit(unit(1), 3)).rejects.toMatchObject({
    code: 'storage_unavailable',
  });
  await opened.killThread();
  await lost;
  end.resolve();
  await expect(transaction).rejects.toMatchObject({ code: 'storage_unavailable' });
  await worksAgain(opened);
  const before = await opened.sensorIds();
  await expect(opened.commits.commit(unit(2), 3)).rejects.toThrow('an earlier commit failed');
  await opened.commits.commit(unit(3), 4);
  expect(await opened.sensorIds()).toEqual([...before, 's3']);
});

test('a commit refused between two threads counts as lost as well', async () => {
  const opened = await open();
  await opened.killThread();
  await expect(opened.commits.commit(unit(1), 0)).rejects.toThrow('the state thread has ended');
  await worksAgain(opened);
  await expect(opened.commits.commit(unit(2), 0)).rejects.toThrow('an earlier commit failed');
});

test('once closed, no thread is started any more', async () => {
  const opened = await open();
  await opened.killThread();
  await opened.close();
  await pause(600);
  expect(opened.workers).toHaveLength(1);
  await expect(opened.commits.probe()).rejects.toMatchObject({ code: 'storage_unavailable' });
});

test('a statement after its transaction was undone for taking too long is refused', async () => {
  const opened = await open(100);
  const { state } = opened;
  let commit: Promise<void> | undefined;
  await expect(
    state.transaction(async (tx) => {
      await tx.insertInto('sensors').values(sensor(1)).execute();
      commit = opened.commits.commit(unit(3), 0);
      await commit;
      await tx.insertInto('sensors').values(sensor(2)).execute();
    }),
  ).rejects.toThrow('the transaction has ended');
  expect(await opened.sensorIds()).toEqual(['s3']);
  await state.transaction((tx) => tx.insertInto('sensors').values(sensor(4)).execute());
  expect(await opened.sensorIds()).toEqual(['s3', 's4']);
});

test('a transaction whose thread has ended is refused by the next one, and stored nothing', async () => {
  const opened = await open();
  const { state } = opened;
  await expect(
    state.transaction(async (tx) => {
      await tx.insertInto('sensors').values(sensor(1)).execute();
      await opened.killThread();
      await worksAgain(opened);
      await tx.insertInto('sensors').values(sensor(2)).execute();
    }),
  ).rejects.toThrow('the transaction has ended');
  expect(await opened.sensorIds()).toEqual([]);
});

test('a transaction that has ended by itself cannot be committed', async () => {
  const opened = await open(100);
  await expect(
    opened.state.transaction(async (tx) => {
      await tx.insertInto('sensors').values(sensor(1)).execute();
      await opened.commits.commit(unit(2), 0);
    }),
  ).rejects.toThrow('the transaction has ended');
  expect(await opened.sensorIds()).toEqual(['s2']);
});

test('while much of the journal is forgotten, commits take their turn', async () => {
  const opened = await open();
  const count = 1200;
  await Promise.all(Array.from({ length: count }, (_, k) => opened.commits.commit(unit(k + 1), 0)));
  const order: string[] = [];
  const trim = opened.commits.trimJournal(count).then(() => order.push('trim'));
  const commit = opened.commits.commit(unit(count + 1), 0).then(() => order.push('commit'));
  await Promise.all([trim, commit]);
  expect(order).toEqual(['commit', 'trim']);
  const ids: number[] = [];
  for await (const { id } of opened.commits.journalAfter(0)) ids.push(id);
  expect(ids).toEqual([count + 1]);
});

test('a processor whose thread ends goes on by itself, with all it had acknowledged', async () => {
  const workers: Worker[] = [];
  const platform = await createProcessor({ onWorker: (worker) => workers.push(worker) });
  const reading = (seconds: number) => ({
    sensor_id: 'a',
    timestamp: new Date(Date.now() - 60_000 + seconds * 1000).toISOString(),
    readings: { t: seconds },
  });
  await platform.send(reading(1));
  await workers.at(-1)!.terminate();
  await expect(platform.send(reading(2))).rejects.toMatchObject({ code: 'storage_unavailable' });
  await vi.waitFor(() => expect(platform.processor.failure).toBeUndefined(), { timeout: 10_000 });
  expect(await platform.send(reading(3))).toMatchObject({ accepted: 1 });
  await expect.poll(() => platform.history.count()).toBe(2);
});
