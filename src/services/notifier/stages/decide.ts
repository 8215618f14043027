import type { Attempt, DueNotification } from '#storage/state/outbox.ts';
import type { Outcome } from '../channels/channel.ts';
import type { NotifierContext, Parcel } from '../parcel.ts';
import { nextAttemptAt, type RetryPolicy } from '../retry-policy.ts';

/** What becomes of the notification: sent, tried again later, or given up. */
export function decide(parcel: Parcel, { retryPolicy, clock }: NotifierContext): Parcel {
  const { outcome, row, endedMs = clock.now() } = parcel;
  if (!outcome) throw new Error('an attempt without an outcome');
  const attempt = attemptOf(outcome, { row, endedMs, retryPolicy });
  const detail = [attempt.detail, parcel.note].filter(Boolean).join('; ') || null;
  return { ...parcel, attempt: { ...attempt, detail } };
}

export function attemptOf(
  outcome: Outcome,
  about: { row: DueNotification; endedMs: number; retryPolicy: RetryPolicy },
): Attempt {
  const { row, endedMs } = about;
  const isDigest = row.type === 'digest';
  const made = { notificationId: row.id, atMs: endedMs, ...(isDigest ? { isDigest } : {}) };
  if (outcome.ok) {
    const receipt = outcome.receipt ?? null;
    return { ...made, outcome: 'sent', detail: receipt, next: { state: 'sent', receipt } };
  }
  const { detail, retryable, retryAfterMs } = outcome;
  if (!retryable) return { ...made, outcome: 'refused', detail, next: { state: 'given_up' } };
  const nextAttemptMs = nextAttemptAt(about.retryPolicy, {
    nowMs: endedMs,
    createdMs: row.created_at,
    attempts: row.attempts + 1,
    retryAfterMs,
  });
  if (nextAttemptMs === undefined) {
    const reason = `${detail}; tried for long enough`;
    return { ...made, outcome: 'failed', detail: reason, next: { state: 'given_up' } };
  }
  return { ...made, outcome: 'failed', detail, next: { state: 'failed', nextAttemptMs } };
}
