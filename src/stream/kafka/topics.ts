import { Admin } from '@platformatic/kafka';
import { VigieError } from '#domain/errors.ts';
import { clientOptions, type KafkaSettings } from './client-options.ts';
import { within } from './deadline.ts';

// Tested by: test/scale/kafka-stream.test.ts

/** Every topic by its name. */
export const TOPICS = {
  readings: 'vigie.readings',
  replies: 'vigie.replies',
  alerts: 'vigie.alerts',
  deadLetters: 'vigie.dead-letters',
} as const;

const CREATE_MS = 20_000;
/** A reply that nobody waits for any more is worth nothing. */
const REPLY_RETENTION_MS = 10 * 60_000;
/** With three copies two must have a record before it is acknowledged. */
const MOST_IN_SYNC = 2;

/** Makes the topics that are not there yet; those that are keep their settings. Rejects with `storage_unavailable`. */
export async function ensureTopics(settings: KafkaSettings, clientId: string): Promise<void> {
  const admin = new Admin({ ...clientOptions(settings, clientId), retries: 5, retryDelay: 500 });
  try {
    await within(createMissing(admin, settings), CREATE_MS, 'the topics were not made');
  } catch (error) {
    throw new VigieError('storage_unavailable', `Kafka: ${(error as Error).message}.`, {
      retryAfterSeconds: 5,
      cause: error,
    });
  } finally {
    await admin.close().catch(() => undefined);
  }
}

async function createMissing(admin: Admin, settings: KafkaSettings): Promise<void> {
  const { partitions, replication } = settings;
  const known = new Set(await admin.listTopics());
  const inSync = String(Math.max(1, Math.min(MOST_IN_SYNC, replication - 1)));
  for (const topic of Object.values(TOPICS)) {
    if (known.has(topic)) continue;
    const configs = [{ name: 'min.insync.replicas', value: inSync }];
    if (topic === TOPICS.replies) {
      configs.push({ name: 'retention.ms', value: String(REPLY_RETENTION_MS) });
    }
    await admin
      .createTopics({ topics: [topic], partitions, replicas: replication, configs })
      .catch(async (error: Error) => {
        // Another process may have been first.
        if (!(await admin.listTopics()).includes(topic)) throw error;
      });
  }
}
