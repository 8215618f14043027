import { VigieError } from '#domain/errors.ts';
import { type Policy, PolicyInput } from '#domain/notification.ts';
import { durationMs } from '#domain/time.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { inputCheck, refuse } from '../check-input.ts';
import type { OperationContext } from '../context.ts';
import { type DocumentFacts, missingDocuments } from '../documents.ts';

// Tested by: policy.test.ts

const check = inputCheck(PolicyInput, { ignore: ['created_at', 'updated_at'] });
const SHORTEST_REPEAT_MS = 1000;

/** A policy of one step. A second one, or a step that waits, is escalation: `not_supported` in this version. */
export function readPolicyInput(input: unknown): PolicyInput {
  const policy = check(input);
  const late = policy.steps.findIndex((step, at) => at > 0 || step.after !== undefined);
  if (late >= 0) {
    throw new VigieError(
      'not_supported',
      'Escalation is not supported yet: a policy has one step, without after.',
      { pointer: late > 0 ? `/steps/${late}` : '/steps/0/after' },
    );
  }
  if (policy.repeat !== undefined && durationMs(policy.repeat) < SHORTEST_REPEAT_MS) {
    throw refuse([{ pointer: '/repeat', detail: 'must be 1s or longer' }]);
  }
  return policy;
}

/** The policy as it is stored; its contacts must exist. */
export async function makePolicy(
  input: PolicyInput,
  facts: DocumentFacts,
  { ctx, tx }: { ctx: OperationContext; tx: StateTransaction },
): Promise<Policy> {
  const named = input.steps.flatMap(({ contacts }, step) =>
    contacts.map((id, at) => [`/steps/${step}/contacts/${at}`, id] as const),
  );
  const { customer } = ctx.caller;
  const problems = await missingDocuments(tx, { customer, kind: 'contact' }, named);
  if (problems.length > 0) throw refuse(problems);
  const { id: _id, enabled = true, ...rest } = input;
  const { id, created_at, updated_at } = facts;
  return { id, ...rest, enabled, created_at, updated_at };
}
