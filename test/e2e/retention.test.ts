import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '#platform/logging.ts';
import { RetentionKeeper } from '#services/processor/retention-keeper.ts';
import { openEmbeddedHistory } from '#storage/embedded/history/embedded-history.ts';
import { createTestApp } from '../support/app.ts';
import { createInProcessState } from '../support/in-process-state.ts';
import { createJournalFile } from '../support/journal-file.ts';
import { temporaryFolder } from '../support/spawn-platform.ts';

const DAY_MS = 86_400_000;

async function openState() {
  const state = await createInProcessState();
  onTestFinished(() => state.close());
  return state;
}

test('a reading from before the retention is refused, the one just within it is not', async () => {
  const platform = await createTestApp({ VIGIE_RETENTION: '2d' });
  const aged = (ageMs: number) => ({
    sensor_id: 'oven',
    timestamp: new Date(Date.now() - ageMs).toISOString(),
    readings: { t: 1 },
  });
  const answer = await platform.send(aged(2 * DAY_MS + 60_000), aged(2 * DAY_MS - 60_000));
  expect(answer).toMatchObject({
    accepted: 1,
    late: 1,
    rejected: [{ index: 0, code: 'timestamp_too_old' }],
  });
  const { body } = await platform.call('GET', '/v1/dead-letters');
  expect(body.items).toMatchObject([{ code: 'timestamp_too_old', sensor_id: 'oven' }]);
});

test('without a retention a reading may be as old as it likes', async () => {
  const platform = await createTestApp();
  const timestamp = '1999-12-31T23:59:59.000Z';
  expect(await platform.send({ sensor_id: 'oven', timestamp, readings: { t: 1 } })).toMatchObject({
    accepted: 1,
    late: 1,
  });
  const { body } = await platform.call(
    'GET',
    '/v1/sensors/oven/readings?from=1999-01-01T00:00:00Z&to=2000-01-01T00:00:00Z',
  );
  expect(body.samples).toEqual([[timestamp, 1]]);
});

test('what has grown too old is removed from the history, and the rest stays', async () => {
  const folder = temporaryFolder('retention');
  onTestFinished(folder.remove);
  const journal = createJournalFile(folder.path);
  onTestFinished(() => journal.close());
  const nowMs = Date.now();
  const ages = [500, 401, 399, 1].map((days) => days * DAY_MS);
  journal.commit(
    {
      count: ages.length,
      series: Int32Array.from(ages, () => 1),
      timesMs: Float64Array.from(ages, (age) => nowMs - age),
      values: Float64Array.from(ages, (_, k) => k),
      replacing: new Int32Array(0),
    },
    nowMs,
  );
  const history = await openEmbeddedHistory({
    dataDir: folder.path,
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => history.close());
  const keeper = new RetentionKeeper({
    history,
    state: await openState(),
    clock: { now: () => nowMs },
    retentionMs: 400 * DAY_MS,
    log: createLogger({ level: 'silent' }),
    firstMs: 1,
  });
  expect(await history.count()).toBe(4);
  keeper.start();
  onTestFinished(() => keeper.stop());
  await expect.poll(() => history.count()).toBe(2);
  const left = await history.samples({ seriesId: 1, fromMs: 0, toMs: nowMs + 1, limit: 10 });
  expect([...left.values]).toEqual([2, 3]);
});

test('without a retention no sample is ever removed', async () => {
  let asked = 0;
  const keeper = new RetentionKeeper({
    history: { deleteBefore: () => Promise.resolve(++asked) },
    state: await openState(),
    clock: { now: () => Date.now() },
    retentionMs: Number.POSITIVE_INFINITY,
    log: createLogger({ level: 'silent' }),
    firstMs: 1,
  });
  keeper.start();
  await new Promise((resolve) => setTimeout(resolve, 30));
  keeper.stop();
  expect(asked).toBe(0);
});

test('removal that fails is told and does not end the process', async () => {
  const warned: string[] = [];
  const keeper = new RetentionKeeper({
    history: { deleteBefore: () => Promise.reject(new Error('the disk is full')) },
    state: await openState(),
    clock: { now: () => Date.now() },
    retentionMs: DAY_MS,
    log: { warn: (_about: unknown, text: string) => warned.push(text) } as never,
    firstMs: 1,
  });
  keeper.start();
  onTestFinished(() => keeper.stop());
  await expect.poll(() => warned).toHaveLength(1);
});

test('the oldest dead letters are removed, of each customer for itself and without a retention', async () => {
  const state = await openState();
  const letter = {
    source: 'http',
    sensor_id: null,
    code: 'x',
    pointer: '',
    detail: '',
    payload: '',
  };
  await state.transaction(async (tx) => {
    for (let at = 0; at < 1300; at++) {
      const customer = at % 2 === 0 ? 'main' : 'other';
      if (customer === 'main' || at < 5)
        await tx
          .insertInto('dead_letters')
          .values({ ...letter, customer, received_at: at })
          .execute();
    }
  });
  const told: unknown[] = [];
  const keeper = new RetentionKeeper({
    history: { deleteBefore: () => Promise.reject(new Error('nothing is asked')) },
    state,
    clock: { now: () => Date.now() },
    retentionMs: Number.POSITIVE_INFINITY,
    log: { info: (about: unknown) => told.push(about) } as never,
    firstMs: 1,
    deadLettersKept: 3,
  });
  keeper.start();
  onTestFinished(() => keeper.stop());
  await expect.poll(() => told).toEqual([{ deadLetters: 647 }]);
  const left = await state.db
    .selectFrom('dead_letters')
    .select(['customer', 'received_at'])
    .orderBy('received_at')
    .execute();
  expect(left).toEqual([
    ...[1, 3].map((received_at) => ({ customer: 'other', received_at })),
    ...[1294, 1296, 1298].map((received_at) => ({ customer: 'main', received_at })),
  ]);
});
