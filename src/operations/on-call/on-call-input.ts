import { type OnCall, OnCallInput } from '#domain/on-call.ts';
import { durationMs } from '#domain/time.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { isTimeZone } from '../contact/contact-input.ts';
import type { OperationContext } from '../context.ts';
import type { InputProblem } from '../describe-errors.ts';
import { type DocumentFacts, missingDocuments } from '../documents.ts';
import { inputTime } from '../input-times.ts';

// Tested by: on-call.test.ts

const ignore = ['created_at', 'updated_at', 'at', 'contact', 'until', 'handovers'];
const check = inputCheck(OnCallInput, { ignore });
const SHORTEST_SHIFT_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A rotation whose times exist and follow each other. */
export function readOnCallInput(input: unknown): OnCallInput {
  const onCall = check(input);
  const problems: InputProblem[] = [];
  if (!isTimeZone(onCall.time_zone)) {
    problems.push({ pointer: '/time_zone', detail: 'is no IANA time zone, such as Europe/Paris' });
  }
  const shiftMs = durationMs(onCall.shift);
  if (shiftMs < SHORTEST_SHIFT_MS || shiftMs % MINUTE_MS !== 0) {
    problems.push({ pointer: '/shift', detail: 'must be 1h or longer, in whole minutes' });
  }
  inputTime(onCall.starts_at, '/starts_at');
  for (const [at, { from, to }] of (onCall.overrides ?? []).entries()) {
    const fromMs = inputTime(from, `/overrides/${at}/from`);
    if (inputTime(to, `/overrides/${at}/to`) > fromMs) continue;
    problems.push({ pointer: `/overrides/${at}/to`, detail: 'must be later than from' });
  }
  if (problems.length > 0) throw refuse(problems);
  return onCall;
}

/** The rotation as it is stored; its contacts must exist. */
export async function makeOnCall(
  input: OnCallInput,
  facts: DocumentFacts,
  { ctx, tx }: { ctx: OperationContext; tx: StateTransaction },
): Promise<OnCall> {
  const named = [
    ...input.contacts.map((id, at) => [`/contacts/${at}`, id] as const),
    ...(input.overrides ?? []).map(
      ({ contact }, at) => [`/overrides/${at}/contact`, contact] as const,
    ),
  ];
  const { customer } = ctx.caller;
  const problems = await missingDocuments(tx, { customer, kind: 'contact' }, named);
  if (problems.length > 0) throw refuse(problems);
  const { id: _id, ...rest } = input;
  const { id, created_at, updated_at } = facts;
  return { id, ...rest, created_at, updated_at };
}
