import { hostname } from 'node:os';
import type { KafkaConfig } from '#config/kafka-settings.ts';
import { uuidV7 } from '#platform/ids.ts';
import type { AppContext, AppStorage } from './app-storage.ts';
import { createKafkaGateway, type KafkaGateway } from './kafka-gateway.ts';
import { createKafkaProcessing } from './kafka-processing.ts';

// Tested by: test/scale/kafka-app.test.ts

/** What a process does on Kafka, by its roles. */
export interface KafkaParts {
  /** undefined where this process takes no readings in. */
  readonly gateway: KafkaGateway | undefined;
  stop(): Promise<void>;
}

/** Does not wait for the brokers. */
export function startKafka(
  context: AppContext,
  { storage, settings }: { storage: AppStorage; settings: KafkaConfig },
): KafkaParts {
  const { roles } = context.config;
  const clientId = `vigie-${hostname()}-${process.pid}-${uuidV7()}`;
  const processing = roles.includes('processor')
    ? createKafkaProcessing(context, { storage, settings, clientId })
    : undefined;
  const gateway = roles.includes('gateway')
    ? createKafkaGateway(context, { settings, clientId })
    : undefined;
  processing?.start();
  gateway?.start();
  return {
    gateway,
    async stop() {
      await gateway?.stop();
      await processing?.stop();
    },
  };
}
