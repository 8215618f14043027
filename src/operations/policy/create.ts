import type { Policy } from '#domain/notification.ts';
import { uuidV7 } from '#platform/ids.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { makePolicy, readPolicyInput } from './policy-input.ts';

/** Makes a policy; without an id it is given one. Throws `conflict` where the id is taken. */
export async function createPolicy({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<Policy> {
  authorize(ctx, 'admin');
  const policy = readPolicyInput(input);
  const { item } = await writeDocument<Policy>(ctx, {
    kind: 'policy',
    id: policy.id ?? uuidV7(ctx.clock.now()),
    verb: 'create',
    detail: policy,
    make: (facts, tx) => makePolicy(policy, facts, { ctx, tx }),
  });
  ctx.bus.publish('routing.changed', { customer: ctx.caller.customer });
  return item;
}
