import type { Policy } from '#domain/notification.ts';
import { authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';

export function getPolicy({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<Policy> {
  authorize(ctx, 'read');
  return loadDocument<Policy>(ctx, 'policy', input.id);
}
