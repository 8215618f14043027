import { SessionInput } from '#domain/access.ts';
import { SCOPES } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import { uuidV7 } from '#platform/ids.ts';
import { insertSession } from '#storage/state/api-keys.ts';
import { inputCheck } from '../check-input.ts';
import { audited, type OperationContext } from '../context.ts';
import { type Authenticator, callerOf } from './authenticator.ts';
import { type Identity, identityOfSession, sessionOf } from './identity.ts';
import { hashSecret, newSecret } from './key-text.ts';
import type { OneTimeCodes } from './one-time-codes.ts';

const check = inputCheck(SessionInput);
const VALID_MS = 7 * 86_400_000;
/** A code from the start's link signs in whoever started the platform. */
const STARTER = 'admin';

export interface Session {
  /** The value of the cookie; stored as a hash only. */
  cookie: string;
  expiresMs: number;
  identity: Identity;
}

/**
 * Exchanges an API key or a one-time code for a session of seven days, or shorter where the key expires before. A session
 * may what its key may, except send readings where the key is bound to sensors.
 * Throws `unauthenticated` where neither fits, `forbidden` for a key that can neither read nor administer.
 */
export async function createSession({
  ctx,
  input,
}: {
  ctx: Pick<OperationContext, 'state' | 'clock'> & {
    authenticator: Authenticator;
    codes: OneTimeCodes;
  };
  input: unknown;
}): Promise<Session> {
  const { key } = check(input);
  const by = identityOfCode(ctx.codes, key) ?? (await ctx.authenticator.authenticateKey(key));
  if (by === undefined) {
    throw new VigieError('unauthenticated', 'Neither a valid key nor a valid one-time code.');
  }
  const scopes = by.scopes.filter((scope) => scope !== 'ingest' || by.sensors === undefined);
  if (!scopes.includes('read') && !scopes.includes('admin')) {
    throw new VigieError('forbidden', 'A session needs a key with the scope read or admin.');
  }
  const nowMs = ctx.clock.now();
  const cookie = newSecret();
  const row = {
    hash: hashSecret(cookie),
    customer: by.customer,
    who: sessionOf(by.keyId),
    scopes: JSON.stringify(scopes),
    created_at: nowMs,
    expires_at: Math.min(nowMs + VALID_MS, by.expiresMs ?? Number.POSITIVE_INFINITY),
  };
  const caller = callerOf(by, uuidV7(nowMs));
  const change = { action: 'session.create', target: `session/${by.keyId}` };
  await audited({ ...ctx, caller }, change, (tx) => insertSession(tx, row));
  return { cookie, expiresMs: row.expires_at, identity: identityOfSession(row) };
}

function identityOfCode(codes: OneTimeCodes, code: string): Identity | undefined {
  const customer = codes.redeem(code);
  if (customer === undefined) return undefined;
  return {
    keyId: STARTER,
    customer,
    who: `key:${STARTER}`,
    scopes: SCOPES,
    sensors: undefined,
    rateLimit: undefined,
    expiresMs: undefined,
  };
}
