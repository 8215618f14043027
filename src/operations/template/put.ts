import type { Template } from '#domain/template.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { checkSameId, checkThingId } from '../path-id.ts';
import { checkChannels, makeTemplate, readTemplateInput } from './template-input.ts';

/** Makes the template what is given, whole. Messages that are not sent yet are worded by it. Throws `precondition_failed` (see `writeDocument`). */
export async function putTemplate({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown; ifMatch?: readonly string[] | undefined };
}): Promise<{ created: boolean; item: Template }> {
  authorize(ctx, 'admin');
  const { id } = input;
  checkThingId(id);
  const template = readTemplateInput(input.body);
  checkSameId(id, template.id);
  checkChannels(ctx, template.texts);
  return writeDocument<Template>(ctx, {
    kind: 'template',
    id,
    verb: 'put',
    detail: template,
    ifMatch: input.ifMatch,
    make: (facts) => makeTemplate(template, facts),
  });
}
