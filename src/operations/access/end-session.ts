import { uuidV7 } from '#platform/ids.ts';
import { deleteSession } from '#storage/state/api-keys.ts';
import { audited, type OperationContext } from '../context.ts';
import { type Authenticator, callerOf } from './authenticator.ts';
import { hashSecret } from './key-text.ts';

/** Ends the session of a cookie, if there is one. */
export async function endSession({
  ctx,
  input,
}: {
  ctx: Pick<OperationContext, 'state' | 'clock'> & { authenticator: Authenticator };
  input: { cookie: string };
}): Promise<void> {
  const identity = await ctx.authenticator.authenticateSession(input.cookie);
  if (identity === undefined) return;
  const caller = callerOf(identity, uuidV7(ctx.clock.now()));
  const change = { action: 'session.end', target: `session/${identity.keyId}` };
  await audited({ ...ctx, caller }, change, (tx) => deleteSession(tx, hashSecret(input.cookie)));
  ctx.authenticator.forget();
}
