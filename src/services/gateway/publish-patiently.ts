import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '#domain/errors.ts';
import type { IngestOutcome, ReadingStream, Submission } from '#stream/reading-stream.ts';

const RETRY = { firstMs: 50, factor: 2, maxMs: 2000 } as const;

/**
 * Offers a submission until it is durable. Rejects with what no retry mends, or, once `signal` is aborted, with the
 * last refusal; nothing of the submission may be acknowledged then. `submission` is asked at each attempt: the
 * rights of a key may change in between.
 */
export async function publishPatiently(
  stream: ReadingStream,
  submission: () => Submission,
  signal: AbortSignal,
): Promise<IngestOutcome> {
  for (
    let waitMs: number = RETRY.firstMs;
    ;
    waitMs = Math.min(waitMs * RETRY.factor, RETRY.maxMs)
  ) {
    try {
      return await stream.publish(submission());
    } catch (error) {
      if (signal.aborted || !isRetryable(error)) throw error;
      // Jitter, so that connections that were refused together do not come back together.
      await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}
