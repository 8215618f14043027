import type { ListedRule } from '#domain/questions.ts';
import type { Rule } from '#domain/rule.ts';
import { findDocument } from '#storage/state/documents.ts';
import { authorize, type OperationContext } from '../context.ts';
import { noSuch, parseBody } from '../documents.ts';
import { builtInRule } from './built-in.ts';

export async function getRule({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<ListedRule> {
  authorize(ctx, 'read');
  const { customer } = ctx.caller;
  const { id } = input;
  const row = await findDocument(ctx.state.db, { customer, kind: 'rule', id });
  const rule = row === undefined ? builtInRule(id) : parseBody<Rule>(row);
  if (rule === undefined) throw noSuch('rule', id);
  return rule;
}
