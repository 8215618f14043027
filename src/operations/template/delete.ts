import { VigieError } from '#domain/errors.ts';
import type { Contact, Policy } from '#domain/notification.ts';
import { authorize, type OperationContext } from '../context.ts';
import { allDocuments, removeDocument } from '../documents.ts';

/** Removes the template. Throws `invalid_state` while a contact or a policy names it. */
export async function deleteTemplate({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<void> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const { id } = input;
  await removeDocument(ctx, 'template', {
    id,
    async refuseWhile(tx) {
      for (const kind of ['contact', 'policy'] as const) {
        for await (const user of allDocuments<Contact | Policy>(tx, { customer, kind })) {
          if (user.template !== id) continue;
          throw new VigieError('invalid_state', `The ${kind} ${user.id} names this template.`);
        }
      }
    },
  });
}
