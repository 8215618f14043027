import type { ApiKey } from '#domain/access.ts';
import { findKey } from '#storage/state/api-keys.ts';
import { authorize, type OperationContext } from '../context.ts';
import { keyView, noSuchKey } from './key-view.ts';

export async function getKey({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<ApiKey> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const row = await findKey(ctx.state.db, { customer, id: input.id });
  if (row === undefined) throw noSuchKey(input.id);
  return keyView(row);
}
