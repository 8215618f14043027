import type { OnCall, OnCallView } from '#domain/on-call.ts';
import { formatTime } from '#domain/time.ts';
import { Rotation } from '#engine/routing/rotation.ts';
import { authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';
import { inputTime } from '../input-times.ts';

const HANDOVERS = 10;

/** The rotation, who is on call `at` a time (now, unless it is said), and the handovers after it. */
export async function getOnCall({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; at?: string | undefined };
}): Promise<OnCallView> {
  authorize(ctx, 'read');
  const onCall = await loadDocument<OnCall>(ctx, 'on-call', input.id);
  const atMs = inputTime(input.at, '/at') ?? ctx.clock.now();
  const rotation = new Rotation(onCall);
  const { contactId } = rotation.at(atMs);
  const handovers = rotation.handovers(atMs, HANDOVERS);
  const [next] = handovers;
  return {
    ...onCall,
    at: formatTime(atMs),
    contact: contactId,
    until: next ? formatTime(next.atMs) : null,
    handovers: handovers.map((one) => ({ at: formatTime(one.atMs), contact: one.contactId })),
  };
}
