import { type Static, Type } from 'typebox';
import type { ConfigProblem } from './setting-sources.ts';

// Tested by: kafka-settings.test.ts

const group = 'Kafka' as const;
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

function choice<T extends string>(options: readonly T[], about: object) {
  return Type.Union(
    options.map((option) => Type.Literal(option)),
    { kind: 'choice', group, ...about },
  );
}

/** Settings of the stream between gateways and processors; part of `Settings`. */
export const KAFKA_SETTINGS = {
  VIGIE_KAFKA_BROKERS: Type.Optional(
    Type.String({
      kind: 'list',
      group,
      description:
        'Readings go by way of Kafka: some of its brokers, by comma, such as kafka-1:9092,kafka-2:9092. Needs VIGIE_POSTGRES_URL',
      whenUnset: 'no Kafka',
      pattern: '^[^\\s,]+:\\d{1,5}(,[^\\s,]+:\\d{1,5})*$',
    }),
  ),
  VIGIE_KAFKA_TLS: Type.Boolean({
    kind: 'yes/no',
    group,
    description: 'TLS to the brokers',
    default: false,
  }),
  VIGIE_KAFKA_CA: Type.Optional(
    Type.String({
      kind: 'text',
      group,
      minLength: 1,
      description:
        "The authority that signed the brokers' certificates, in PEM; usually given as VIGIE_KAFKA_CA_FILE",
      whenUnset: 'those that the system trusts',
    }),
  ),
  VIGIE_KAFKA_SASL_MECHANISM: Type.Optional(
    choice(MECHANISMS, {
      description: `How to sign in to the brokers: ${MECHANISMS.join(', ')}`,
      whenUnset: 'without a user',
    }),
  ),
  VIGIE_KAFKA_USERNAME: Type.Optional(
    Type.String({ kind: 'text', group, minLength: 1, description: 'User at the brokers' }),
  ),
  VIGIE_KAFKA_PASSWORD: Type.Optional(
    Type.String({ kind: 'secret', group, minLength: 1, description: 'Password at the brokers' }),
  ),
  VIGIE_KAFKA_PARTITIONS: Type.Integer({
    kind: 'integer',
    group,
    description:
      'Partitions of topics that are not there yet: as many processors can share the work. Not to be changed while readings wait',
    default: 12,
    minimum: 1,
    maximum: 1000,
  }),
  VIGIE_KAFKA_REPLICATION: Type.Integer({
    kind: 'integer',
    group,
    description:
      'Copies of topics that are not there yet; with 3, two of them have a reading before it is acknowledged',
    default: 1,
    minimum: 1,
    maximum: 10,
  }),
  VIGIE_KAFKA_COMPRESSION: choice(COMPRESSIONS, {
    description: `Of readings on their way: ${COMPRESSIONS.join(', ')}`,
    default: 'lz4',
  }),
};

const Values = Type.Object(KAFKA_SETTINGS);

/** How the brokers are reached, and how topics are made. */
export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly tls: { readonly ca: string | undefined } | undefined;
  readonly sasl:
    | {
        readonly mechanism: (typeof MECHANISMS)[number];
        readonly username: string;
        readonly password: string;
      }
    | undefined;
  readonly partitions: number;
  readonly replication: number;
  readonly compression: (typeof COMPRESSIONS)[number];
}

/** undefined where no brokers are set. Settings that do not fit together become problems. */
export function readKafka(
  values: Static<typeof Values> & { VIGIE_POSTGRES_URL?: string | undefined },
  problems: ConfigProblem[],
): KafkaConfig | undefined {
  const note = (setting: string, problem: string) => problems.push({ setting, problem });
  const brokers = values.VIGIE_KAFKA_BROKERS?.split(',');
  const username = values.VIGIE_KAFKA_USERNAME;
  const password = values.VIGIE_KAFKA_PASSWORD;
  const mechanism = values.VIGIE_KAFKA_SASL_MECHANISM;
  const ca = values.VIGIE_KAFKA_CA;
  if (brokers !== undefined && values.VIGIE_POSTGRES_URL === undefined) {
    note('VIGIE_KAFKA_BROKERS', 'needs VIGIE_POSTGRES_URL: several processes share one database');
  }
  if (ca !== undefined && !values.VIGIE_KAFKA_TLS) {
    note('VIGIE_KAFKA_CA', 'needs VIGIE_KAFKA_TLS=yes');
  }
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    note('VIGIE_KAFKA_CA', 'must hold a certificate in PEM');
  }
  if (mechanism === undefined) {
    if (username !== undefined || password !== undefined) {
      note('VIGIE_KAFKA_SASL_MECHANISM', 'must be set where a user or a password is');
    }
  } else if (username === undefined || password === undefined) {
    note('VIGIE_KAFKA_SASL_MECHANISM', 'needs both VIGIE_KAFKA_USERNAME and VIGIE_KAFKA_PASSWORD');
  }
  if (brokers === undefined) return undefined;
  return {
    brokers,
    tls: values.VIGIE_KAFKA_TLS ? { ca } : undefined,
    sasl:
      mechanism && username !== undefined && password !== undefined
        ? { mechanism, username, password }
        : undefined,
    partitions: values.VIGIE_KAFKA_PARTITIONS,
    replication: values.VIGIE_KAFKA_REPLICATION,
    compression: values.VIGIE_KAFKA_COMPRESSION,
  };
}
