import { expect, test, vi } from 'vitest';
import { createProcessor } from '#test/support/processor.ts';

// What goes wrong beside the processor must neither stop it nor be forgotten by it.

const START = Date.now() - 60_000;
const hot = { id: 'hot', when: { metric: 'temperature', above: [{ limit: 30 }] } };

function reading(seconds: number, temperature: number) {
  return {
    sensor_id: 'a',
    timestamp: new Date(START + seconds * 1000).toISOString(),
    readings: { temperature },
  };
}

test('while the history does not answer, late readings are taken and stored once', async () => {
  const platform = await createProcessor();
  await platform.send([reading(0, 1), reading(10, 2)]);
  const stored = platform.history.stored;
  platform.history.stored = () => {
    throw new Error('the history thread ended');
  };
  const outcome = await platform.send([reading(5, 3), reading(0, 1), reading(5, 3)]);
  expect(outcome).toMatchObject({ accepted: 2, late: 2, duplicates: 1 });
  expect(platform.processor.failure).toBeUndefined();
  platform.history.stored = stored;
  expect(await platform.history.count()).toBe(3);
});

test('a rule that is made while the state is loaded anew is taken over afterwards', async () => {
  const platform = await createProcessor();
  const { commits } = platform.storage;
  await platform.send(reading(0, 1));
  const { commit, lastJournalId } = commits;
  commits.commit = () => Promise.reject(new Error('the disk is gone'));
  await expect(platform.send(reading(1, 1))).rejects.toThrow();
  commits.commit = commit;
  const loading = Promise.withResolvers<void>();
  const isPut = Promise.withResolvers<void>();
  commits.lastJournalId = async () => {
    loading.resolve();
    await isPut.promise;
    return lastJournalId();
  };
  await loading.promise;
  await expect(platform.putRule(hot)).rejects.toThrow();
  isPut.resolve();
  commits.lastJournalId = lastJournalId;
  await vi.waitFor(() => expect(platform.processor.failure).toBeUndefined(), { timeout: 5000 });
  const isTakenOver = () => platform.processor.fleet.bookOf('main')?.get('hot') !== undefined;
  await vi.waitFor(() => expect(isTakenOver()).toBe(true));
  expect((await platform.send(reading(2, 40))).alerts).toMatchObject([{ state: 'active' }]);
});

test('while commits take long, a sensor whose readings wait for theirs is not silent', async () => {
  const platform = await createProcessor();
  await platform.putRule({ id: 'quiet', when: { silent: '1s' } });
  const now = () => ({ ...reading(0, Math.random()), timestamp: new Date().toISOString() });
  await platform.send(now());
  const { commits } = platform.storage;
  const { commit } = commits;
  const isMended = Promise.withResolvers<void>();
  commits.commit = async (...unit) => {
    await isMended.promise;
    return commit.apply(commits, unit);
  };
  const sent: Promise<unknown>[] = [];
  const sending = setInterval(() => sent.push(platform.send(now())), 100);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  clearInterval(sending);
  isMended.resolve();
  await Promise.all(sent);
  const { db } = platform.storage.state;
  expect(await db.selectFrom('alerts').select('rule_id').execute()).toEqual([]);
});

test('a request that cannot be evaluated is refused alone, and the others go on', async () => {
  const platform = await createProcessor();
  const { evaluator } = platform.processor;
  const evaluate = evaluator.evaluate.bind(evaluator);
  evaluator.evaluate = (group) => {
    const ids = group.tallies.flatMap(({ submission }) => submission.parsed.batch.sensorIds);
    if (ids.includes('poison')) throw new TypeError('a fault of ours');
    evaluate(group);
  };
  const send = (sensorId: string) => platform.send({ sensor_id: sensorId, readings: { t: 1 } });
  const together = await Promise.allSettled([send('a'), send('poison'), send('b')]);
  expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await vi.waitFor(() => expect(platform.processor.failure).toBeUndefined());
  const again = await Promise.allSettled([send('a'), send('poison')]);
  expect(again[0]).toMatchObject({ status: 'fulfilled', value: { accepted: 1 } });
  expect(again[1]).toMatchObject({ reason: { code: 'internal' } });
  await vi.waitFor(() => expect(platform.processor.failure).toBeUndefined());
  expect(await send('b')).toMatchObject({ accepted: 1 });
});

test('the peak of an alert that stands is written with the states', async () => {
  const platform = await createProcessor();
  await platform.putRule({ id: 'hot', when: { metric: 't', above: [{ limit: 30 }] } });
  await platform.send({ sensor_id: 'a', readings: { t: 31 } });
  await platform.send({ sensor_id: 'a', readings: { t: 44 } });
  const peak = () =>
    platform.storage.state.db.selectFrom('alerts').select('peak').executeTakeFirst();
  await vi.waitFor(async () => expect(await peak()).toEqual({ peak: 44 }), { timeout: 9000 });
});

test('what waits to be written stays as it is, while groups that hold nothing come and go', async () => {
  const isSlow = Promise.withResolvers<void>();
  let commits = 0;
  const platform = await createProcessor({
    // A store that looks at the samples only after a while, as one over a network does.
    commits: (store) =>
      Object.assign(Object.create(store) as typeof store, {
        commit: async (...unit: Parameters<typeof store.commit>) => {
          if (++commits === 1) await isSlow.promise;
          await store.commit(...unit);
        },
      }),
  });
  const startMs = Date.now();
  const readings = (from: number) =>
    Array.from({ length: 1500 }, (_, at) => ({
      sensor_id: 'a',
      timestamp: new Date(startMs + from + at).toISOString(),
      readings: { t: from + at },
    }));
  const first = platform.send(readings(0));
  await vi.waitFor(() => expect(commits).toBe(1));
  const errand = platform.processor.run(() => undefined);
  const second = platform.send(readings(1500));
  await errand;
  await vi.waitFor(() => expect(platform.processor.queuedReadings).toBe(0));
  isSlow.resolve();
  await Promise.all([first, second]);
  const values: number[] = [];
  for await (const { samples } of platform.storage.commits.journalAfter(0))
    values.push(...samples.values.subarray(0, samples.count));
  expect(values).toEqual(Array.from({ length: 3000 }, (_, value) => value));
});
