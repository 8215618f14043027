import type { ListedRule } from '#domain/questions.ts';
import type { Rule } from '#domain/rule.ts';
import { uuidV7 } from '#platform/ids.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { makeRule, readRuleInput } from './rule-input.ts';

/** Makes a rule; without an id it is given one. Throws `conflict` where the id is taken. */
export async function createRule({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<ListedRule> {
  authorize(ctx, 'admin');
  const rule = readRuleInput(input);
  const { item } = await writeDocument<Rule>(ctx, {
    kind: 'rule',
    id: rule.id ?? uuidV7(ctx.clock.now()),
    verb: 'create',
    detail: rule,
    make: (facts, tx) => makeRule(rule, facts, { ctx, tx }),
  });
  ctx.bus.publish('rules.changed', { customer: ctx.caller.customer, ruleId: item.id });
  return item;
}
