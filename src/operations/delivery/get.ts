import { VigieError } from '#domain/errors.ts';
import type { Delivery } from '#domain/notification.ts';
import { findDelivery } from '#storage/state/deliveries.ts';
import { authorize, type OperationContext } from '../context.ts';

export async function getDelivery({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<Delivery> {
  authorize(ctx, 'read');
  const { id } = input;
  const delivery = await findDelivery(ctx.state.db, { customer: ctx.caller.customer, id });
  if (delivery === undefined) throw new VigieError('not_found', `There is no delivery ${id}.`);
  return delivery;
}
