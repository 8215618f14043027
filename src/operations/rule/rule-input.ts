import { VigieError } from '#domain/errors.ts';
import { type Rule, RuleInput } from '#domain/rule.ts';
import { unsupportedKind, validateRule } from '#engine/rules/validate-rule.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { inputCheck, refuse } from '../check-input.ts';
import type { OperationContext } from '../context.ts';
import { type DocumentFacts, missingDocuments } from '../documents.ts';

// Tested by: rule.test.ts

const check = inputCheck(RuleInput, {
  code: 'rule_invalid',
  ignore: ['revision', 'created_at', 'updated_at', 'built_in'],
});

/**
 * A rule that can be evaluated. Throws `rule_invalid` with every problem, or `not_supported` for a kind of condition that
 * this version does not evaluate.
 */
export function readRuleInput(input: unknown): RuleInput {
  const rule = check(input);
  const unsupported = unsupportedKind(rule);
  if (unsupported !== undefined) {
    throw new VigieError('not_supported', unsupported.detail, { pointer: unsupported.pointer });
  }
  const problems = validateRule(rule);
  if (problems.length > 0) throw refuse(problems, 'rule_invalid');
  return rule;
}

/** The rule as it is stored; its policy must exist. */
export async function makeRule(
  input: RuleInput,
  facts: DocumentFacts,
  { ctx, tx }: { ctx: OperationContext; tx: StateTransaction },
): Promise<Rule> {
  if (input.policy !== undefined) {
    const { customer } = ctx.caller;
    const named = [['/policy', input.policy]] as const;
    const problems = await missingDocuments(tx, { customer, kind: 'policy' }, named);
    if (problems.length > 0) throw refuse(problems, 'rule_invalid');
  }
  const { id, ...times } = facts;
  const { id: _id, enabled = true, ...rest } = input;
  return { id, ...rest, enabled, ...times };
}
