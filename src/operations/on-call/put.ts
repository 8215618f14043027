import type { OnCall } from '#domain/on-call.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { checkSameId, checkThingId } from '../path-id.ts';
import { makeOnCall, readOnCallInput } from './on-call-input.ts';

/** Makes the rotation what is given, whole. Throws `precondition_failed` (see `writeDocument`). */
export async function putOnCall({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown; ifMatch?: readonly string[] | undefined };
}): Promise<{ created: boolean; item: OnCall }> {
  authorize(ctx, 'admin');
  const { id } = input;
  checkThingId(id);
  const onCall = readOnCallInput(input.body);
  checkSameId(id, onCall.id);
  const result = await writeDocument<OnCall>(ctx, {
    kind: 'on-call',
    id,
    verb: 'put',
    detail: onCall,
    ifMatch: input.ifMatch,
    make: (facts, tx) => makeOnCall(onCall, facts, { ctx, tx }),
  });
  ctx.bus.publish('routing.changed', { customer: ctx.caller.customer });
  return result;
}
