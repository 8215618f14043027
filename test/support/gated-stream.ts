import type { IngestOutcome, ReadingStream, Submission } from '#stream/reading-stream.ts';

/** A stream whose commits a test holds back, releases and lets fail. */
export class GatedStream implements ReadingStream {
  readonly submissions: Submission[] = [];
  #gate: PromiseWithResolvers<void> | undefined;
  #failures: { error: Error; left: number } | undefined;

  hold(): void {
    this.#gate ??= Promise.withResolvers();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** The next `times` submissions are refused at once. */
  failWith(error: Error, times: number): void {
    this.#failures = { error, left: times };
  }

  /** Sensor and first value of every reading that was handed over, in order. */
  get readings(): [string, number][] {
    return this.submissions.flatMap(({ parsed: { batch } }) => {
      let offset = 0;
      return Array.from({ length: batch.count }, (_, at): [string, number] => {
        const value = batch.values[offset]!;
        offset += batch.shapes[at]!.length;
        return [batch.sensorIds[at]!, value];
      });
    });
  }

  get refused() {
    return this.submissions.flatMap(({ parsed }) => parsed.refused);
  }

  async publish(submission: Submission): Promise<IngestOutcome> {
    this.submissions.push(submission);
    if (this.#failures !== undefined && this.#failures.left-- > 0) throw this.#failures.error;
    await this.#gate?.promise;
    return {
      accepted: submission.parsed.batch.count,
      late: 0,
      replaced: 0,
      duplicates: 0,
      rejected: submission.parsed.refused,
      alerts: [],
    };
  }
}
