import type { Template } from '#domain/template.ts';
import { uuidV7 } from '#platform/ids.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { checkChannels, makeTemplate, readTemplateInput } from './template-input.ts';

/** Makes a template; without an id it is given one. Throws `template_invalid`, and `conflict` where the id is taken. */
export async function createTemplate({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<Template> {
  authorize(ctx, 'admin');
  const template = readTemplateInput(input);
  checkChannels(ctx, template.texts);
  const { item } = await writeDocument<Template>(ctx, {
    kind: 'template',
    id: template.id ?? uuidV7(ctx.clock.now()),
    verb: 'create',
    detail: template,
    make: (facts) => makeTemplate(template, facts),
  });
  return item;
}
