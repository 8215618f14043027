import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = '4.1.0';
/** Outside the project, so that every checkout uses the same. */
export const KAFKA_JARS = join(homedir(), '.cache', 'vigie-test', `kafka-${VERSION}`);
export const KAFKA_ARTIFACT = `org.apache.kafka:kafka_2.13:${VERSION}`;

/** What of Apache Kafka's own broker is missing here, for people; undefined where it can be run. */
export function whatKafkaLacks(): string | undefined {
  if (spawnSync('java', ['-version']).status !== 0) return 'java is not installed';
  const isThere = existsSync(KAFKA_JARS) && readdirSync(KAFKA_JARS).some(isBrokerJar);
  return isThere ? undefined : `${KAFKA_ARTIFACT} has not been fetched; run: npm run fetch:kafka`;
}

function isBrokerJar(name: string): boolean {
  return name === `kafka_2.13-${VERSION}.jar`;
}
