import { createHmac, timingSafeEqual } from 'node:crypto';

/** A signed link does this one thing: a token of another purpose is none. */
const PURPOSE = 'acknowledge';
const LONGEST_TOKEN = 2000;

/** How long a link can be used after its message was due. */
export const ACKNOWLEDGE_LINK_MS = 7 * 24 * 3_600_000;

/** What a link stands for: this contact may acknowledge this alert. */
export interface AcknowledgeClaims {
  customer: string;
  alertId: string;
  contactId: string;
  expiresMs: number;
}

export type AcknowledgeTokenReading =
  | { ok: true; claims: AcknowledgeClaims }
  /** Not made by this platform, or changed since. */
  | { ok: false; code: 'link_invalid' }
  | { ok: false; code: 'link_expired'; claims: AcknowledgeClaims };

/** `<claims>.<HMAC-SHA256 of them>`, both in base64url: fit for a path. The same claims give the same token. */
export function signAcknowledgeToken(claims: AcknowledgeClaims, secret: string): string {
  const { customer, alertId, contactId, expiresMs } = claims;
  const text = JSON.stringify([PURPOSE, customer, alertId, contactId, expiresMs]);
  const body = Buffer.from(text).toString('base64url');
  return `${body}.${macOf(body, secret)}`;
}

/** Nothing that a token says is looked at before its signature holds. */
export function readAcknowledgeToken(
  token: string,
  { secret, nowMs }: { secret: string; nowMs: number },
): AcknowledgeTokenReading {
  const [body = '', mac = '', ...rest] = token.slice(0, LONGEST_TOKEN + 1).split('.');
  if (token.length > LONGEST_TOKEN || rest.length > 0 || !isSame(mac, macOf(body, secret))) {
    return { ok: false, code: 'link_invalid' };
  }
  const [purpose, customer, alertId, contactId, expiresMs] = JSON.parse(
    Buffer.from(body, 'base64url').toString(),
  ) as [string, string, string, string, number];
  if (purpose !== PURPOSE) return { ok: false, code: 'link_invalid' };
  const claims = { customer, alertId, contactId, expiresMs };
  return expiresMs > nowMs ? { ok: true, claims } : { ok: false, code: 'link_expired', claims };
}

function macOf(body: string, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('base64url');
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
