import { MAIN_CUSTOMER, systemCaller } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import { activeKeys, findKeyByHash, putKey } from '#storage/state/api-keys.ts';
import { audited, type OperationContext } from '../context.ts';
import { identityOfKey } from './identity.ts';
import { hashSecret, newKeyText } from './key-text.ts';

const ADMIN_ID = 'admin';
const SHORTEST_KEY = 20;

/**
 * Sees to it that somebody can administer. A `key` that is given becomes the key with the id `admin`; without one, a key is
 * made where there is none yet that can administer, and its text answered, this once. Throws `invalid_request` for a
 * `key` that is too short or belongs to another key that cannot administer.
 */
export async function ensureAdminKey({
  ctx,
  input,
}: {
  ctx: Pick<OperationContext, 'state' | 'clock' | 'bus'>;
  input: { key?: string | undefined };
}): Promise<{ shownOnce: string | undefined }> {
  const { key } = input;
  if (key === undefined) {
    const nowMs = ctx.clock.now();
    const keys = await activeKeys(ctx.state.db, { customer: MAIN_CUSTOMER, nowMs });
    if (keys.some((row) => identityOfKey(row).scopes.includes('admin'))) {
      return { shownOnce: undefined };
    }
    const made = newKeyText(ADMIN_ID);
    await storeAdminKey(ctx, made);
    return { shownOnce: made };
  }
  if (key.length < SHORTEST_KEY) {
    throw new VigieError(
      'invalid_request',
      `The first admin key has ${SHORTEST_KEY} characters or more.`,
    );
  }
  const present = await findKeyByHash(ctx.state.db, hashSecret(key));
  if (present !== undefined && present.id !== ADMIN_ID) {
    if (present.revoked_at === null && identityOfKey(present).scopes.includes('admin')) {
      return { shownOnce: undefined };
    }
    throw new VigieError(
      'invalid_request',
      `The first admin key is the text of the key ${present.id}, which cannot administer.`,
    );
  }
  if (present === undefined || present.revoked_at !== null) await storeAdminKey(ctx, key);
  return { shownOnce: undefined };
}

async function storeAdminKey(
  services: Pick<OperationContext, 'state' | 'clock' | 'bus'>,
  text: string,
): Promise<void> {
  const ctx = { ...services, caller: systemCaller(MAIN_CUSTOMER) };
  const change = { action: 'key.put', target: `key/${ADMIN_ID}` };
  await audited(ctx, change, (tx) =>
    putKey(tx, {
      id: ADMIN_ID,
      customer: MAIN_CUSTOMER,
      name: 'First admin key',
      hash: hashSecret(text),
      scopes: JSON.stringify(['ingest', 'read', 'admin']),
      sensors: null,
      rate_limit: null,
      created_at: ctx.clock.now(),
      expires_at: null,
      revoked_at: null,
    }),
  );
  ctx.bus.publish('keys.changed', { customer: MAIN_CUSTOMER });
}
