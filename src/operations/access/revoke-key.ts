import type { Scope } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import { activeKeys, findKey, markRevoked } from '#storage/state/api-keys.ts';
import { audited, authorize, type OperationContext } from '../context.ts';
import { noSuchKey } from './key-view.ts';

/**
 * The key and its sessions are worth nothing from now on. Throws `not_found` where it is unknown or revoked already,
 * `invalid_state` for the last one that can administer: nobody could make another.
 */
export async function revokeKey({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<void> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const { id } = input;
  const nowMs = ctx.clock.now();
  await audited(ctx, { action: 'key.revoke', target: `key/${id}` }, async (tx) => {
    const row = await findKey(tx, { customer, id });
    if (row === undefined || row.revoked_at !== null) throw noSuchKey(id);
    const admins = (await activeKeys(tx, { customer, nowMs })).filter(isAdmin);
    if (admins.length === 1 && admins[0]?.id === id) {
      throw new VigieError('invalid_state', 'This is the last key that can administer.');
    }
    await markRevoked(tx, { customer, id, atMs: nowMs });
  });
  ctx.bus.publish('keys.changed', { customer });
}

function isAdmin({ scopes }: { scopes: string }): boolean {
  return (JSON.parse(scopes) as Scope[]).includes('admin');
}
