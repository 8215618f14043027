import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Admin } from '@platformatic/kafka';
import { expect } from 'vitest';
import { clientOptions } from '#stream/kafka/client-options.ts';
import {
  BATCH_RULE,
  type BatchLoad,
  type Counts,
  countAll,
  countsOf,
  createBatchLoad,
} from './batch-load.ts';
import { startKafka } from './kafka-cluster.ts';
import { kafkaSettings } from './kafka-records.ts';
import {
  call,
  type Launch,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from './spawn-platform.ts';
import { createWebhookReceiver } from './webhook-receiver.ts';

/** vitest's `onTestFinished`, or a list that `afterAll` works off from its end. */
type AtEnd = (work: () => Promise<void> | void) => void;

const SETTLE_MS = 60_000;
const LOOK_MS = 200;
const QUIET = {
  VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
  VIGIE_LOG_LEVEL: 'fatal',
  VIGIE_RATE_LIMIT: '0',
};

interface FleetOptions {
  /** With Kafka in front, gateway and processor are processes of their own; with PostgreSQL alone they are one. */
  way: 'kafka' | 'postgres';
  /** Of the database, as everybody reaches it but the processor. */
  url: string;
  /** Where the processor reaches it. */
  processorPort: number;
  atEnd: AtEnd;
}

/** Processes around one database, and a load whose every trace can be counted. */
export interface BatchFleet {
  readonly load: BatchLoad;
  /** The one that takes readings, as the test left it. */
  processor: SpawnedPlatform;
  /** Starts another processor; it takes no part in `processor`. */
  startProcessor(launch?: Launch): Promise<SpawnedPlatform>;
  /** Takes processors that were killed out of the consumer group: nobody waits until their sessions have run out. */
  forgetDead(): Promise<void>;
  counts(): Promise<Counts>;
  /** Resolves once all that was acknowledged is stored, raised and told: each once. */
  expectEachOnce(but?: { mayPostAgain: boolean }): Promise<void>;
}

export async function createBatchFleet({
  way,
  url,
  processorPort,
  atEnd,
}: FleetOptions): Promise<BatchFleet> {
  const kafka = way === 'kafka' ? await startKafka() : undefined;
  if (kafka) atEnd(() => kafka.stop());
  const stream: Record<string, string> = kafka
    ? { VIGIE_KAFKA_BROKERS: kafka.brokers, VIGIE_KAFKA_PARTITIONS: '1' }
    : {};
  async function start(
    roles: string,
    postgres: string,
    launch: Launch = {},
  ): Promise<SpawnedPlatform> {
    const folder = temporaryFolder('fleet');
    atEnd(folder.remove);
    const env = { ...QUIET, ...stream, VIGIE_POSTGRES_URL: postgres, VIGIE_ROLES: roles };
    return spawnPlatform(folder.path, env, {
      ...launch,
      onSpawned(child) {
        atEnd(() => kill(child));
        launch.onSpawned?.(child);
      },
    });
  }
  const receiver = await createWebhookReceiver(atEnd);
  const front = await start(kafka ? 'gateway,api,notifier' : 'api,notifier', url);
  const put = async (path: string, body: unknown): Promise<void> => {
    expect((await call(`${front.url}${path}`, 'PUT', body)).status).toBe(201);
  };
  await put('/v1/rules/hot', BATCH_RULE);
  await put('/v1/contacts/hook', { channel: 'webhook', settings: { url: receiver.url } });
  const through = new URL(url);
  through.port = String(processorPort);
  const startProcessor: BatchFleet['startProcessor'] = (launch) =>
    start(kafka ? 'processor' : 'gateway,processor', through.href, launch);
  // Where senders have to repeat, a reading is refused as often as it comes.
  const withRefused = kafka !== undefined;
  const fleet: BatchFleet = {
    load: createBatchLoad({ url: () => (kafka ? front : fleet.processor).url, withRefused }),
    processor: await startProcessor(),
    startProcessor,
    async forgetDead() {
      if (kafka === undefined) return;
      const admin = new Admin(clientOptions(kafkaSettings(kafka.brokers), 'test'));
      await admin.removeMembersFromConsumerGroup({ groupId: 'vigie-processor' });
      await admin.close();
    },
    counts: () => countAll(url, receiver),
    async expectEachOnce({ mayPostAgain } = { mayPostAgain: false }) {
      const look = async (): Promise<Counts> => {
        const counts = await fleet.counts();
        const [, different] = counts.posts;
        return mayPostAgain ? { ...counts, posts: [different, different] } : counts;
      };
      const expected = countsOf(fleet.load.acknowledged, { withRefused });
      const deadline = Date.now() + SETTLE_MS;
      let counts = await look();
      while (!isDeepStrictEqual(counts, expected) && Date.now() < deadline) {
        await sleep(LOOK_MS);
        counts = await look();
      }
      expect(counts).toEqual(expected);
    },
  };
  return fleet;
}

/** `kill -9`; resolves once it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
