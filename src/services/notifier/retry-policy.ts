/** When a failed attempt is made again. */
export interface RetryPolicy {
  /** Upper bound of the first delay. */
  firstDelayMs: number;
  /** By what the bound grows with each attempt. */
  factor: number;
  maxDelayMs: number;
  /** Counted from when the notification was made. */
  giveUpAfterMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  firstDelayMs: 1000,
  factor: 2,
  maxDelayMs: 15 * 60_000,
  giveUpAfterMs: 24 * 3_600_000,
};

export interface FailedAttempt {
  nowMs: number;
  createdMs: number;
  /** Made so far, this one included. */
  attempts: number;
  /** What the other side asked for. */
  retryAfterMs?: number | undefined;
}

/**
 * The time of the next attempt, ms; undefined where it has been tried long enough. Full jitter: anywhere between now
 * and the bound, so that what failed together does not come back together. A wish of the other side is
 * kept to; the last attempt is made when the time is up, not before.
 */
export function nextAttemptAt(
  policy: RetryPolicy,
  { nowMs, createdMs, attempts, retryAfterMs = 0 }: FailedAttempt,
  random: () => number = Math.random,
): number | undefined {
  const lastMs = createdMs + policy.giveUpAfterMs;
  if (nowMs >= lastMs) return undefined;
  const bound = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.factor ** (attempts - 1));
  return Math.min(nowMs + Math.max(bound * random(), retryAfterMs), lastMs);
}
