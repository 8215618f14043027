import { VigieError } from '#domain/errors.ts';
import type { Policy } from '#domain/notification.ts';
import { authorize, type OperationContext } from '../context.ts';
import { allDocuments, removeDocument } from '../documents.ts';

/** Removes the contact. Throws `invalid_state` while a policy names it. */
export async function deleteContact({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<void> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const { id } = input;
  await removeDocument(ctx, 'contact', {
    id,
    async refuseWhile(tx) {
      for await (const policy of allDocuments<Policy>(tx, { customer, kind: 'policy' })) {
        if (!policy.steps.some(({ contacts }) => contacts.includes(id))) continue;
        throw new VigieError('invalid_state', `The policy ${policy.id} names this contact.`);
      }
    },
  });
  ctx.bus.publish('routing.changed', { customer });
}
