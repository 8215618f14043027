import { type Policy, PolicyInput } from '#domain/notification.ts';
import { durationMs } from '#domain/time.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { inputCheck, refuse } from '../check-input.ts';
import type { OperationContext } from '../context.ts';
import type { InputProblem } from '../describe-errors.ts';
import { type DocumentFacts, missingDocuments } from '../documents.ts';
import { quietHoursProblems } from './quiet-hours.ts';

// Tested by: policy.test.ts

const check = inputCheck(PolicyInput, { ignore: ['created_at', 'updated_at'] });
const SHORTEST_REPEAT_MS = 1000;

/** A policy whose repeat has a length, and whose steps are told: one of several steps tells of `escalated`. */
export function readPolicyInput(input: unknown): PolicyInput {
  const policy = check(input);
  const problems: InputProblem[] = quietHoursProblems(policy.quiet_hours);
  if (policy.repeat !== undefined && durationMs(policy.repeat) < SHORTEST_REPEAT_MS) {
    problems.push({ pointer: '/repeat', detail: 'must be 1s or longer' });
  }
  if (policy.steps.length > 1 && policy.on && !policy.on.includes('escalated')) {
    const detail = 'must list escalated, or the steps after the first one are never told';
    problems.push({ pointer: '/on', detail });
  }
  for (const [at, { contacts, on_call: onCall }] of policy.steps.entries()) {
    if (contacts !== undefined || onCall !== undefined) continue;
    problems.push({ pointer: `/steps/${at}/contacts`, detail: 'is missing, and so is on_call' });
  }
  if (problems.length > 0) throw refuse(problems);
  return policy;
}

/** The policy as it is stored; its contacts and rotations must exist. */
export async function makePolicy(
  input: PolicyInput,
  facts: DocumentFacts,
  { ctx, tx }: { ctx: OperationContext; tx: StateTransaction },
): Promise<Policy> {
  const { customer } = ctx.caller;
  const named = (field: 'contacts' | 'on_call') =>
    input.steps.flatMap((step, number) =>
      (step[field] ?? []).map((id, at) => [`/steps/${number}/${field}/${at}`, id] as const),
    );
  const problems = [
    ...(await missingDocuments(tx, { customer, kind: 'contact' }, named('contacts'))),
    ...(await missingDocuments(tx, { customer, kind: 'on-call' }, named('on_call'))),
    ...(await missingDocuments(
      tx,
      { customer, kind: 'contact' },
      (input.fallback ?? []).map((id, at) => [`/fallback/${at}`, id] as const),
    )),
  ];
  const templates = input.template === undefined ? [] : [['/template', input.template] as const];
  problems.push(...(await missingDocuments(tx, { customer, kind: 'template' }, templates)));
  if (problems.length > 0) throw refuse(problems);
  const { id: _id, enabled = true, ...rest } = input;
  const { id, created_at, updated_at } = facts;
  return { id, ...rest, enabled, created_at, updated_at };
}
