import type { ListedRule } from '#domain/questions.ts';
import type { Rule } from '#domain/rule.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { checkSameId, checkThingId } from '../path-id.ts';
import { builtInRule } from './built-in.ts';
import { makeRule, readRuleInput } from './rule-input.ts';

/** Makes the rule what is given, whole. A built-in rule is replaced the same way. Throws `precondition_failed` (see `writeDocument`). */
export async function putRule({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown; ifMatch?: readonly string[] | undefined };
}): Promise<{ created: boolean; item: ListedRule }> {
  authorize(ctx, 'admin');
  const { id } = input;
  checkThingId(id);
  const rule = readRuleInput(input.body);
  checkSameId(id, rule.id);
  const result = await writeDocument<Rule>(ctx, {
    kind: 'rule',
    id,
    verb: 'put',
    detail: rule,
    ifMatch: input.ifMatch,
    standsBefore: builtInRule(id),
    make: (facts, tx) => makeRule(rule, facts, { ctx, tx }),
  });
  ctx.bus.publish('rules.changed', { customer: ctx.caller.customer, ruleId: id });
  return result;
}
