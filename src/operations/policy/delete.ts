import { VigieError } from '#domain/errors.ts';
import type { Rule } from '#domain/rule.ts';
import { authorize, type OperationContext } from '../context.ts';
import { allDocuments, removeDocument } from '../documents.ts';

/** Removes the policy. Throws `invalid_state` while a rule names it. */
export async function deletePolicy({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<void> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const { id } = input;
  await removeDocument(ctx, 'policy', {
    id,
    async refuseWhile(tx) {
      for await (const rule of allDocuments<Rule>(tx, { customer, kind: 'rule' })) {
        if (rule.policy !== id) continue;
        throw new VigieError('invalid_state', `The rule ${rule.id} names this policy.`);
      }
    },
  });
  ctx.bus.publish('routing.changed', { customer });
}
