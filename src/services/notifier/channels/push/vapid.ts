import { createPrivateKey, sign } from 'node:crypto';
import type { VapidKeys } from '#storage/state/vapid-keys.ts';

// Tested by: push.test.ts

/** At most 24 hours (RFC 8292 section 2); half of that, for clocks that are wrong. */
const VALID_SECONDS = 12 * 3600;

/**
 * The `Authorization` header that tells a push service who sends (RFC 8292): a JSON Web Token, ES256, for the service at
 * the endpoint's origin. `subject` is where its people can complain: `mailto:` or `https:`.
 */
export function vapidAuthorization(
  { publicKey, privateKey }: VapidKeys,
  { endpoint, subject, nowMs }: { endpoint: URL; subject: string; nowMs: number },
): string {
  const exp = Math.floor(nowMs / 1000) + VALID_SECONDS;
  const parts = [
    { typ: 'JWT', alg: 'ES256' },
    { aud: endpoint.origin, exp, sub: subject },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const text = signed.join('.');
  const key = createPrivateKey({ key: privateKey, format: 'jwk' });
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `vapid t=${text}.${signature.toString('base64url')}, k=${publicKey}`;
}
