import { authorize, type OperationContext } from '../context.ts';
import { removeDocument } from '../documents.ts';

/** Removes the rule; its open alerts are cleared. The replacement of a built-in rule gives way to the built-in one. */
export async function deleteRule({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<void> {
  authorize(ctx, 'admin');
  await removeDocument(ctx, 'rule', { id: input.id });
  ctx.bus.publish('rules.changed', { customer: ctx.caller.customer, ruleId: input.id });
}
