import { VigieError } from '#domain/errors.ts';
import type { Policy } from '#domain/notification.ts';
import { authorize, type OperationContext } from '../context.ts';
import { allDocuments, removeDocument } from '../documents.ts';

/** Removes the rotation. Throws `invalid_state` while a policy names it. */
export async function deleteOnCall({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<void> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const { id } = input;
  await removeDocument(ctx, 'on-call', {
    id,
    async refuseWhile(tx) {
      for await (const policy of allDocuments<Policy>(tx, { customer, kind: 'policy' })) {
        if (!policy.steps.some((step) => step.on_call?.includes(id))) continue;
        throw new VigieError('invalid_state', `The policy ${policy.id} names this rotation.`);
      }
    },
  });
  ctx.bus.publish('routing.changed', { customer });
}
