import { type BaseOptions, Connection, instancesChannel } from '@platformatic/kafka';
import type { Compression } from './record-batch.ts';
import { signInByScram } from './sign-in.ts';

/** How the brokers are reached, and how topics that are not there yet are made. */
export interface KafkaSettings {
  /** `host:port` of some of the brokers; the others are learned from them. */
  brokers: readonly string[];
  /** undefined = plain TCP; `ca` in PEM, undefined = the authorities that the system trusts. */
  tls: { ca: string | undefined } | undefined;
  sasl: { mechanism: SaslMechanism; username: string; password: string } | undefined;
  partitions: number;
  replication: number;
  compression: Compression;
}

type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

const CONNECT_MS = 3000;
const REQUEST_MS = 10_000;
const METADATA_AGE_MS = 60_000;

/**
 * A connection that breaks while it signs in tells of it twice, and the library listens once (`@platformatic/kafka` 2.12.1):
 * Node ends a process for an `error` that nobody hears. Whoever asked over the connection is told by the call.
 */
instancesChannel.subscribe((created) => {
  const { instance } = created as { instance: unknown };
  if (instance instanceof Connection) instance.on('error', () => undefined);
});

/** Options of every client. Retries are the caller's: a client tries once and says what is wrong. */
export function clientOptions(settings: KafkaSettings, clientId: string): BaseOptions {
  const { brokers, tls, sasl } = settings;
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    connectTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    metadataMaxAge: METADATA_AGE_MS,
    retries: 0,
    ...(tls && {
      tls: tls.ca === undefined ? {} : { ca: tls.ca },
      tlsServerName: !isAddress(brokers),
    }),
    ...(sasl && {
      sasl: sasl.mechanism === 'PLAIN' ? sasl : { ...sasl, authenticate: signInByScram },
    }),
  };
}

/** No server name is sent for bare addresses (RFC 6066 section 3). */
function isAddress(brokers: readonly string[]): boolean {
  return brokers.every((broker) => /^(?:\d+\.){3}\d+:\d+$|^\[/.test(broker));
}
