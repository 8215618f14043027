import type { Policy } from '#domain/notification.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { checkSameId, checkThingId } from '../path-id.ts';
import { makePolicy, readPolicyInput } from './policy-input.ts';

/** Makes the policy what is given, whole. Throws `precondition_failed` (see `writeDocument`). */
export async function putPolicy({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown; ifMatch?: readonly string[] | undefined };
}): Promise<{ created: boolean; item: Policy }> {
  authorize(ctx, 'admin');
  const { id } = input;
  checkThingId(id);
  const policy = readPolicyInput(input.body);
  checkSameId(id, policy.id);
  const result = await writeDocument<Policy>(ctx, {
    kind: 'policy',
    id,
    verb: 'put',
    detail: policy,
    ifMatch: input.ifMatch,
    make: (facts, tx) => makePolicy(policy, facts, { ctx, tx }),
  });
  ctx.bus.publish('routing.changed', { customer: ctx.caller.customer });
  return result;
}
