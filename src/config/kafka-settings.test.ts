import { expect, test } from 'vitest';
import { type Config, ConfigError, loadConfig } from './settings.ts';

const POSTGRES = { VIGIE_POSTGRES_URL: 'postgres://vigie@db/vigie' };
const BROKERS = { VIGIE_KAFKA_BROKERS: 'kafka-1:9092,kafka-2:9093' };
const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';

function load(env: Record<string, string>): Config {
  return loadConfig({ cwd: import.meta.dirname, env });
}

function problemsOf(env: Record<string, string>): string[] {
  try {
    load(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ setting, problem }) => `${setting} ${problem}`);
  }
}

test('brokers alone are plain TCP, twelve partitions, one copy, lz4', () => {
  expect(load({ ...POSTGRES, ...BROKERS }).kafka).toEqual({
    brokers: ['kafka-1:9092', 'kafka-2:9093'],
    tls: undefined,
    sasl: undefined,
    partitions: 12,
    replication: 1,
    compression: 'lz4',
  });
  expect(load({}).kafka).toBeUndefined();
});

test('TLS and a user are handed down', () => {
  const { kafka } = load({
    ...POSTGRES,
    ...BROKERS,
    VIGIE_KAFKA_TLS: 'yes',
    VIGIE_KAFKA_CA: CA,
    VIGIE_KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    VIGIE_KAFKA_USERNAME: 'vigie',
    VIGIE_KAFKA_PASSWORD: 'secret',
  });
  expect(kafka).toMatchObject({
    tls: { ca: CA },
    sasl: { mechanism: 'SCRAM-SHA-512', username: 'vigie', password: 'secret' },
  });
});

test.each([
  [BROKERS, /^VIGIE_KAFKA_BROKERS needs VIGIE_POSTGRES_URL/],
  [{ ...POSTGRES, VIGIE_KAFKA_BROKERS: 'kafka' }, /^VIGIE_KAFKA_BROKERS must be host:port/],
  [{ VIGIE_KAFKA_CA: CA }, /^VIGIE_KAFKA_CA needs VIGIE_KAFKA_TLS=yes/],
  [{ VIGIE_KAFKA_TLS: 'yes', VIGIE_KAFKA_CA: 'x' }, /^VIGIE_KAFKA_CA must hold a certificate/],
  [{ VIGIE_KAFKA_SASL_MECHANISM: 'GSSAPI' }, /^VIGIE_KAFKA_SASL_MECHANISM must be one of PLAIN/],
  [{ VIGIE_KAFKA_SASL_MECHANISM: 'PLAIN' }, /needs both VIGIE_KAFKA_USERNAME/],
  [{ VIGIE_KAFKA_USERNAME: 'x' }, /^VIGIE_KAFKA_SASL_MECHANISM must be set/],
  [{ VIGIE_KAFKA_PARTITIONS: '0' }, /^VIGIE_KAFKA_PARTITIONS must lie between 1 and 1000/],
])('%o is refused with a clear problem', (env, problem) => {
  expect(problemsOf(env).filter((each) => problem.test(each))).toHaveLength(1);
});

test('with Kafka a gateway needs no processor in its process', () => {
  expect(load({ ...POSTGRES, ...BROKERS, VIGIE_ROLES: 'gateway' }).roles).toEqual(['gateway']);
  expect(problemsOf({ ...POSTGRES, VIGIE_ROLES: 'gateway' })[0]).toContain('needs processor');
});
