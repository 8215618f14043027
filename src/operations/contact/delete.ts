import { VigieError } from '#domain/errors.ts';
import type { Policy } from '#domain/notification.ts';
import type { OnCall } from '#domain/on-call.ts';
import { authorize, type OperationContext } from '../context.ts';
import { allDocuments, removeDocument } from '../documents.ts';

/** Removes the contact. Throws `invalid_state` while a policy or an on-call rotation names it. */
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
        if (!contactsOfPolicy(policy).includes(id)) continue;
        throw new VigieError('invalid_state', `The policy ${policy.id} names this contact.`);
      }
      for await (const onCall of allDocuments<OnCall>(tx, { customer, kind: 'on-call' })) {
        if (!contactsOfOnCall(onCall).includes(id)) continue;
        throw new VigieError('invalid_state', `The rotation ${onCall.id} names this contact.`);
      }
    },
  });
  ctx.bus.publish('routing.changed', { customer });
}

function contactsOfPolicy({ steps, fallback = [] }: Policy): string[] {
  return [...steps.flatMap(({ contacts = [] }) => contacts), ...fallback];
}

function contactsOfOnCall({ contacts, overrides = [] }: OnCall): string[] {
  return [...contacts, ...overrides.map(({ contact }) => contact)];
}
