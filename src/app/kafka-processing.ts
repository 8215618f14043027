import type { KafkaConfig } from '#config/kafka-settings.ts';
import { parseRecords } from '#services/gateway/formats/records.ts';
import { followChanges } from '#services/processor/follow-changes.ts';
import { JournalKeeper } from '#services/processor/journal-keeper.ts';
import { ShardHost } from '#services/processor/shards/shard-host.ts';
import { eventTurns } from '#services/publisher/event-turns.ts';
import { Publisher } from '#services/publisher/publisher.ts';
import { KafkaEvents } from '#stream/kafka/kafka-events.ts';
import { KafkaSource } from '#stream/kafka/kafka-source.ts';
import { type AppContext, type AppStorage, built } from './app-storage.ts';
import { commonDependencies } from './create-processor.ts';

// Tested by: test/scale/kafka-app.test.ts

interface Options {
  storage: AppStorage;
  settings: KafkaConfig;
  clientId: string;
}

/** A processor for each partition that the consumer group gives to this process, and events for others. */
export function createKafkaProcessing(
  context: AppContext,
  options: Options,
): { start(): void; stop(): Promise<void> } {
  const { config, clock, logger: log, bus, metrics } = context;
  const { storage, settings, clientId } = options;
  const source = new KafkaSource({
    settings,
    clientId,
    log,
    clock,
    limits: config.limits,
    parse: parseRecords,
  });
  metrics.watch(
    'vigie_stream_lag_readings',
    'Readings in the partitions of this process that are not durable in the database yet.',
    () => source.lag,
  );
  let sink: KafkaEvents | undefined;
  let publisher: Publisher | undefined;
  return {
    start() {
      const { state, shared } = storage;
      const { shard, changes } = built(shared);
      const host = new ShardHost({
        common: commonDependencies(context, storage),
        clock,
        store: shard,
        onStarted(processor, commits) {
          const stopFollowing = followChanges(processor, { bus, db: state.db, log });
          // Commits write the history themselves: what is remembered may go.
          const loadedThrough = () => Number.POSITIVE_INFINITY;
          const journal = new JournalKeeper({ processor, commits, loadedThrough, log });
          journal.start();
          return async () => {
            stopFollowing();
            await journal.stop();
          };
        },
      });
      sink = new KafkaEvents({ settings, clientId, log });
      publisher = new Publisher({
        turns: eventTurns({ feed: changes, sink, source: config.publicUrl ?? 'vigie' }),
        log,
      });
      source.start(host);
      publisher.start();
    },
    async stop() {
      await Promise.all([source.stop(), publisher?.stop()]);
      await sink?.close();
    },
  };
}
