import type { Template } from '#domain/template.ts';
import { authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';

export function getTemplate({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<Template> {
  authorize(ctx, 'read');
  return loadDocument<Template>(ctx, 'template', input.id);
}
