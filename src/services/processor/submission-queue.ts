import { VigieError } from '#domain/errors.ts';
import type { IngestOutcome, Submission } from '#stream/reading-stream.ts';

// Tested by: processor.test.ts

export interface Waiting {
  submission: Submission;
  readings: number;
  resolve(outcome: IngestOutcome): void;
  reject(error: Error): void;
}

/** Requests that wait for the next group; bounded by their size, so that overload is answered, not stored. */
export class SubmissionQueue {
  readonly #maxBytes: number;
  #waiting: Waiting[] = [];
  #readings = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get readings(): number {
    return this.#readings;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When the oldest that waits was received, ms; Infinity where none waits. */
  get oldestMs(): number {
    return this.#waiting[0]?.submission.receivedMs ?? Number.POSITIVE_INFINITY;
  }

  /** Settles when the submission's group does. Rejects with `overloaded` where there is no room. */
  add(submission: Submission): Promise<IngestOutcome> {
    // One request always fits, whatever the bound: a bound below the largest body would refuse it for ever.
    if (this.#waiting.length > 0 && this.#bytes + submission.bytes > this.#maxBytes) {
      return Promise.reject(
        new VigieError('overloaded', `${this.#readings} readings are waiting already.`, {
          retryAfterSeconds: 1,
        }),
      );
    }
    const readings = submission.parsed.batch.count + submission.parsed.refused.length;
    this.#readings += readings;
    this.#bytes += submission.bytes;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ submission, readings, resolve, reject });
    });
  }

  /** The oldest submissions, about `maxReadings` of them, at least one. */
  take(maxReadings: number): Waiting[] {
    let readings = 0;
    let taken = 0;
    while (taken < this.#waiting.length && (taken === 0 || readings < maxReadings)) {
      const entry = this.#waiting[taken++]!;
      readings += entry.readings;
      this.#bytes -= entry.submission.bytes;
    }
    this.#readings -= readings;
    if (taken === this.#waiting.length) {
      const all = this.#waiting;
      this.#waiting = [];
      return all;
    }
    return this.#waiting.splice(0, taken);
  }

  refuseAll(error: Error): void {
    for (const { reject } of this.take(Number.POSITIVE_INFINITY)) reject(error);
  }
}
