import type { KafkaConfig } from '#config/kafka-settings.ts';
import type { VigieError } from '#domain/errors.ts';
import { withBoundSensors } from '#services/gateway/bound-sensors.ts';
import { KafkaStream } from '#stream/kafka/kafka-stream.ts';
import type { ReadingStream } from '#stream/reading-stream.ts';
import type { AppContext } from './app-storage.ts';

// Tested by: test/scale/kafka-app.test.ts

/** A gateway's end of Kafka. */
export interface KafkaGateway {
  readonly stream: ReadingStream;
  /** Why readings are not taken at present; undefined where they are. */
  readonly failure: VigieError | undefined;
  start(): void;
  stop(): Promise<void>;
}

/** Starts whether or not the brokers are there; until they are, readings are answered 503. */
export function createKafkaGateway(
  { config, logger, metrics }: AppContext,
  { settings, clientId }: { settings: KafkaConfig; clientId: string },
): KafkaGateway {
  const { queueBytes } = config;
  const stream = new KafkaStream({ settings, clientId, log: logger, queueBytes });
  metrics.watch(
    'vigie_queue_readings',
    'Readings that wait for the brokers.',
    () => stream.queuedReadings,
  );
  return {
    stream: withBoundSensors(stream),
    start: () => stream.start(),
    stop: () => stream.stop(),
    get failure() {
      return stream.failure;
    },
  };
}
