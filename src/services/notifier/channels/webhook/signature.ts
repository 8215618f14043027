import { createHmac, randomBytes } from 'node:crypto';

// Tested by: webhook.test.ts

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** A secret of Standard Webhooks (https://www.standardwebhooks.com): `whsec_` and 32 random bytes in base64. */
export function makeSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** The key within a secret; undefined where it is not 24 to 64 bytes in base64. */
export function keyOf(secret: string): Buffer | undefined {
  if (!secret.startsWith(PREFIX)) return undefined;
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return key.length >= MIN_SECRET_BYTES && key.length <= MAX_SECRET_BYTES ? key : undefined;
}

/** Headers that prove who sent a body, and when: HMAC-SHA256 over `id.timestamp.body`. */
export function signedHeaders(signed: {
  id: string;
  nowMs: number;
  body: Buffer;
  key: Buffer;
}): Record<string, string> {
  const timestamp = String(Math.floor(signed.nowMs / 1000));
  const signature = createHmac('sha256', signed.key)
    .update(`${signed.id}.${timestamp}.`)
    .update(signed.body)
    .digest('base64');
  return {
    'webhook-id': signed.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
