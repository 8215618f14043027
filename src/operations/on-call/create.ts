import type { OnCall } from '#domain/on-call.ts';
import { uuidV7 } from '#platform/ids.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { makeOnCall, readOnCallInput } from './on-call-input.ts';

/** Makes a rotation; without an id it is given one. Throws `conflict` where the id is taken. */
export async function createOnCall({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<OnCall> {
  authorize(ctx, 'admin');
  const onCall = readOnCallInput(input);
  const { item } = await writeDocument<OnCall>(ctx, {
    kind: 'on-call',
    id: onCall.id ?? uuidV7(ctx.clock.now()),
    verb: 'create',
    detail: onCall,
    make: (facts, tx) => makeOnCall(onCall, facts, { ctx, tx }),
  });
  ctx.bus.publish('routing.changed', { customer: ctx.caller.customer });
  return item;
}
