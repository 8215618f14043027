import { createHash } from 'node:crypto';

/** Where a broker is, and as whom to sign in. */
export interface BrokerAddress {
  protocol: 'mqtt' | 'mqtts';
  host: string;
  port: number;
  username: string | undefined;
  password: string | undefined;
}

const PORTS = { mqtt: 1883, mqtts: 8883 } as const;

/** `mqtt[s]://[user:password@]host[:port]`, user name and password percent-encoded. Throws `TypeError` where it is no URL. */
export function parseBrokerUrl(text: string): BrokerAddress {
  const url = new URL(text);
  const protocol = url.protocol === 'mqtts:' ? 'mqtts' : 'mqtt';
  return {
    protocol,
    // An IPv6 address stands in brackets only in a URL.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? PORTS[protocol] : Number(url.port),
    username: textOf(url.username),
    password: textOf(url.password),
  };
}

function textOf(part: string): string | undefined {
  if (part === '') return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    // A password with a bare percent sign.
    return part;
  }
}

/**
 * The client id of an instance that was given none: the same at each start in the same folder of the same machine,
 * so that the broker knows its session again.
 */
export function defaultClientId(instance: { hostName: string; dataDir: string }): string {
  const { hostName, dataDir } = instance;
  const hash = createHash('sha256').update(`${hostName}\0${dataDir}`).digest('hex');
  // 23 characters are what every broker takes [MQTT-3.1.3-5].
  return `vigie-${hash.slice(0, 16)}`;
}
