import { onTestFinished } from 'vitest';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import type { RuleInput } from '#domain/rule.ts';
import { formatTime, systemClock } from '#domain/time.ts';
import { followChanges } from '#services/processor/follow-changes.ts';
import { ShardHost } from '#services/processor/shards/shard-host.ts';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { Bus } from '#stream/bus.ts';
import type { KafkaSettings } from '#stream/kafka/client-options.ts';
import type { KafkaSource } from '#stream/kafka/kafka-source.ts';
import { KafkaStream } from '#stream/kafka/kafka-stream.ts';
import { kafkaSource, silentLog } from './kafka-records.ts';
import { until } from './until.ts';

/** A gateway's end of the stream; stopped with the test. */
export async function createGateway(
  settings: KafkaSettings,
  clientId = 'gateway',
): Promise<KafkaStream> {
  const stream = new KafkaStream({ settings, clientId, log: silentLog(), queueBytes: 64_000_000 });
  onTestFinished(() => stream.stop());
  stream.start();
  await until(() => stream.failure === undefined);
  return stream;
}

export interface ProcessorNode {
  readonly source: KafkaSource;
  readonly host: ShardHost;
  readonly storage: PostgresStorage;
  stop(): Promise<void>;
}

/** One process's processors, in this process: partitions from Kafka, state in PostgreSQL. Stopped with the test. */
export async function createProcessorNode(
  settings: KafkaSettings,
  of: { url: string; clientId: string },
): Promise<ProcessorNode> {
  const node = await createIdleNode(settings, of);
  node.source.start(node.host);
  return node;
}

/** The same, which takes part in nothing yet. */
export async function createIdleNode(
  settings: KafkaSettings,
  { url, clientId }: { url: string; clientId: string },
): Promise<ProcessorNode> {
  const log = silentLog();
  const storage = await openPostgres({ url, log, now: Date.now, owner: clientId });
  const bus = new Bus();
  const { state, history } = storage;
  const host = new ShardHost({
    common: {
      state,
      history,
      bus,
      log,
      limits: DEFAULT_LIMITS,
      customers: ['main'],
      autoRegister: true,
      lateAfterMs: 600_000,
      queueBytes: 64_000_000,
    },
    clock: systemClock,
    store: (partition) => storage.shard(partition, 'take'),
    onStarted: (processor) => followChanges(processor, { bus, db: state.db, log }),
  });
  const source = kafkaSource(settings, clientId, log);
  let isStopped = false;
  const node = {
    source,
    host,
    storage,
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await source.stop();
      await storage.history.close();
      await storage.close();
    },
  };
  onTestFinished(() => node.stop());
  return node;
}

/** Writes a rule straight to the store; processors that start later know it. */
export async function storeRule(
  { state }: Pick<PostgresStorage, 'state'>,
  rule: RuleInput,
): Promise<void> {
  const now = Date.now();
  const times = { created_at: formatTime(now), updated_at: formatTime(now) };
  const body = { enabled: true, ...rule, revision: 1, ...times };
  await state.db
    .insertInto('documents')
    .values({
      customer: 'main',
      kind: 'rule',
      id: rule.id ?? 'rule',
      revision: 1,
      body: JSON.stringify(body),
      created_at: now,
      updated_at: now,
    })
    .execute();
}

/** What is stored, for counts before and after. */
export async function stored({ pool }: Pick<PostgresStorage, 'pool'>): Promise<{
  samples: number;
  distinct: number;
  alerts: number;
  notifications: number;
  deadLetters: number;
}> {
  const { rows } = await pool.query(
    `SELECT (SELECT count(*) FROM samples) AS samples,
            (SELECT count(*) FROM (SELECT DISTINCT series, time FROM samples) AS each) AS "distinct",
            (SELECT count(*) FROM alerts) AS alerts,
            (SELECT count(*) FROM notifications) AS notifications,
            (SELECT count(*) FROM dead_letters) AS "deadLetters"`,
  );
  return rows[0];
}

/** Where the first partition is to be read on, as it is stored. */
export async function nextOffset({ pool }: Pick<PostgresStorage, 'pool'>): Promise<number> {
  const { rows } = await pool.query('SELECT next_offset FROM shards WHERE shard = 0');
  return rows[0].next_offset;
}
