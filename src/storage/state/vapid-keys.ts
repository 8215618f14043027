import { generateKeyPairSync, type webcrypto } from 'node:crypto';
import { keptSecret } from './kept-secret.ts';
import type { StateDb } from './state-store.ts';

// Tested by: storage/contract/state-store.contract.ts

const KEY = 'vapid_keys';

/** What the platform shows to the push services of browsers (RFC 8292): a pair of keys on P-256. */
export interface VapidKeys {
  /** 65 bytes, uncompressed, in base64url: what a browser subscribes with. */
  publicKey: string;
  privateKey: webcrypto.JsonWebKey;
}

/** Other keys would make every subscription worthless, so they stay. */
export async function vapidKeys(db: StateDb): Promise<VapidKeys> {
  const make = () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return JSON.stringify(privateKey.export({ format: 'jwk' }));
  };
  const privateKey = JSON.parse(await keptSecret(db, { key: KEY, make })) as webcrypto.JsonWebKey;
  const point = [privateKey.x, privateKey.y].map((part) => Buffer.from(part ?? '', 'base64url'));
  const publicKey = Buffer.concat([Buffer.from([4]), ...point]).toString('base64url');
  return { publicKey, privateKey };
}
