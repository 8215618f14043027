import { tellFallback } from '../fallback.ts';
import type { NotifierContext, Parcel } from '../parcel.ts';

// Tested by: ../fallback.test.ts

/**
 * Where a contact cannot be reached, for good or for longer than the policy lets pass, somebody else is told. That is done
 * before the attempt is written down: after a crash in between it is looked at again, and nobody is told twice. The next
 * attempt is made no later than when that would be due.
 */
export async function fallBack(parcel: Parcel, { state, clock }: NotifierContext): Promise<Parcel> {
  const { attempt, row, payload, contact } = parcel;
  if (!attempt || attempt.next.state === 'sent' || !contact) return parcel;
  const isGivenUp = attempt.next.state === 'given_up';
  const isRefused = parcel.outcome?.ok === false && parcel.outcome.isRefusal === true;
  const failed = { row, payload, contact, isGivenUp, isRefused };
  const { others, dueMs } = await tellFallback(state, failed, clock.now());
  if (others.length > 0) {
    const detail = `${attempt.detail ?? attempt.outcome}; told instead: ${others.join(', ')}`;
    return { ...parcel, attempt: { ...attempt, detail } };
  }
  const { next } = attempt;
  if (next.state !== 'failed' || dueMs === undefined || dueMs >= next.nextAttemptMs) return parcel;
  return { ...parcel, attempt: { ...attempt, next: { ...next, nextAttemptMs: dueMs } } };
}
