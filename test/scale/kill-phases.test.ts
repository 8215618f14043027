import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { ask } from '#test/support/ask-postgres.ts';
import { type BatchFleet, createBatchFleet, kill } from '#test/support/batch-fleet.ts';
import { kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import { BEFORE_COMMIT, KILL_PHASES, type KillPhase } from '#test/support/kill-phases.ts';
import { createCluster, postgresObstacle } from '#test/support/postgres.ts';
import { createWireProxy, type WireProxy } from '#test/support/postgres-wire.ts';
import type { SpawnedPlatform } from '#test/support/spawn-platform.ts';
import { until } from '#test/support/until.ts';

const WAYS = [
  ['kafka', 'Kafka in front', kafkaIsMissing() || postgresObstacle !== undefined],
  ['postgres', 'PostgreSQL alone', postgresObstacle !== undefined],
] as const;

async function lag({ url }: SpawnedPlatform): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^vigie_stream_lag_readings (\d+)/m.exec(text)?.[1] ?? 0);
}

for (const [way, title, isLeftOut] of WAYS) {
  describe.skipIf(isLeftOut)(`a processor that is killed, with ${title}`, () => {
    const endings: (() => Promise<void> | void)[] = [];
    let fleet: BatchFleet;
    let wire: WireProxy;
    let url: string;
    beforeAll(async () => {
      const atEnd = (work: () => Promise<void> | void): void => void endings.push(work);
      const cluster = await createCluster();
      atEnd(() => cluster.remove());
      url = await cluster.createDatabase();
      wire = await createWireProxy(cluster.port, atEnd);
      fleet = await createBatchFleet({ way, url, processorPort: wire.port, atEnd });
      // From now on the day's partition and the sensors are there.
      fleet.load.start();
      await until(() => fleet.load.acknowledged > 3);
      await fleet.load.stop();
      await fleet.expectEachOnce();
    });
    afterAll(async () => {
      for (const work of endings.reverse()) await work();
    });

    /** Brings the processor, or one that starts in its place, to the phase; answers its process. */
    async function bringTo(phase: KillPhase): Promise<ChildProcess> {
      if (phase.during === 'start') {
        await kill(fleet.processor.process);
        await fleet.forgetDead();
      }
      const halt = wire.haltAt(phase.halt);
      if (phase.during === 'start') {
        const spawned = Promise.withResolvers<ChildProcess>();
        // It may not come so far as to be ready.
        fleet.startProcessor({ onSpawned: spawned.resolve }).then(
          (processor) => {
            fleet.processor = processor;
          },
          () => undefined,
        );
        await halt;
        return spawned.promise;
      }
      if (phase.during === 'stop') {
        // Until then it may have nothing new to remember.
        const stored = async () => (await fleet.counts()).numbers[0];
        const before = await stored();
        await until(async () => (await stored()) > before);
        fleet.processor.process.kill('SIGTERM');
      }
      await halt;
      if (phase.isAfterFetch) await until(async () => (await lag(fleet.processor)) > 0);
      return fleet.processor.process;
    }

    /** Batches come in again; then everything that was acknowledged so far is counted. */
    async function expectEachOnceAfterMore(): Promise<void> {
      const { load } = fleet;
      const before = load.acknowledged;
      await until(() => load.acknowledged > before + 3);
      await load.stop();
      await fleet.expectEachOnce();
    }

    const phases = KILL_PHASES.filter(({ needsKafka }) => way === 'kafka' || !needsKafka);
    const byName = phases.map((phase) => [phase.name, phase] as const);
    test.each(byName)('%s: nothing is lost, nothing is there twice', async (_, phase) => {
      fleet.load.start();
      await kill(await bringTo(phase));
      await fleet.forgetDead();
      fleet.processor = await fleet.startProcessor();
      await expectEachOnceAfterMore();
    });

    // With Kafka the next one ends the session of the one before; with PostgreSQL alone it stands by until that is over.
    test('with its COMMIT under way, which arrives while the next one takes over: nothing is lost, nothing is there twice', async () => {
      fleet.load.start();
      const halted = await wire.haltAt(BEFORE_COMMIT);
      halted.isolate();
      const before = await ownerOf(url);
      await kill(fleet.processor.process);
      await fleet.forgetDead();
      // It is live while it waits for its turn.
      fleet.processor = await fleet.startProcessor({ readyPath: '/health/live' });
      if (way === 'kafka') await until(async () => (await ownerOf(url)) !== before);
      halted.deliver();
      halted.end();
      await expectEachOnceAfterMore();
    });

    test('with its machine, so that nobody tells the database: the next one takes over by itself', async () => {
      fleet.load.start();
      const halted = await wire.haltAt(BEFORE_COMMIT);
      halted.isolate();
      await kill(fleet.processor.process);
      await fleet.forgetDead();
      fleet.processor = await fleet.startProcessor({ readyPath: '/health/live' });
      await expectEachOnceAfterMore();
      halted.end();
    });
  });
}

async function ownerOf(url: string): Promise<string> {
  const [row] = await ask<{ owner: string }>(url, 'SELECT owner FROM shards WHERE shard = 0');
  return row!.owner;
}
