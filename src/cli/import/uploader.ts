import { setTimeout as wait } from 'node:timers/promises';
import { type ApiAnswer, type ApiClient, type Problem, problemError } from '../api-client.ts';
import { CommandError, unreachable } from '../command-error.ts';
import type { RefusedRow, SourcedReading } from './rows-to-readings.ts';

// Tested by: cli/import/import.test.ts

export interface UploadCounts {
  accepted: number;
  duplicates: number;
  replaced: number;
  refused: number;
  retries: number;
}

interface IngestAnswer {
  accepted?: number;
  duplicates?: number;
  replaced?: number;
  rejected?: { index: number; code: string; detail?: string }[];
}

export interface UploadOptions {
  signal: AbortSignal;
  /** How long one batch is tried, ms. */
  retryForMs: number;
  onRefused: (refused: RefusedRow) => void;
  onRetry: (reason: string, delayMs: number) => void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/**
 * Sends batches one after the other, so that each series stays in order. What got no answer is sent
 * again: the platform drops duplicates, so a batch may arrive twice without harm.
 */
export class Uploader {
  readonly counts: UploadCounts = {
    accepted: 0,
    duplicates: 0,
    replaced: 0,
    refused: 0,
    retries: 0,
  };
  readonly #client: ApiClient;
  readonly #options: UploadOptions;

  constructor(client: ApiClient, options: UploadOptions) {
    this.#client = client;
    this.#options = options;
  }

  async send(batch: readonly SourcedReading[]): Promise<void> {
    if (batch.length === 0) return;
    const answer = await this.#sendUntilAnswered(batch);
    if (answer.ok) {
      this.#count(batch, answer.body as IngestAnswer);
      return;
    }
    const { problem } = answer;
    if (problem.code === 'all_readings_refused') {
      this.#count(batch, problem.body as IngestAnswer);
    } else if (problem.status === 413 && batch.length > 1) {
      const middle = batch.length >> 1;
      await this.send(batch.slice(0, middle));
      await this.send(batch.slice(middle));
    } else {
      throw problemError(problem);
    }
  }

  async #sendUntilAnswered(batch: readonly SourcedReading[]): Promise<ApiAnswer> {
    const { signal, retryForMs, onRetry } = this.#options;
    const body = JSON.stringify(batch.map((one) => one.reading));
    const giveUpAt = Date.now() + retryForMs;
    for (let attempt = 0; ; attempt++) {
      const failure = await this.#tryOnce(body);
      if ('answer' in failure) return failure.answer;
      const backoffMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
      const delayMs = failure.retryAfterMs ?? backoffMs * (0.5 + Math.random() / 2);
      if (Date.now() + delayMs > giveUpAt) {
        throw failure.problem ? problemError(failure.problem) : unreachable(failure.reason);
      }
      this.counts.retries++;
      onRetry(failure.reason, delayMs);
      await wait(delayMs, undefined, { signal });
    }
  }

  async #tryOnce(
    body: string,
  ): Promise<{ answer: ApiAnswer } | { reason: string; retryAfterMs?: number; problem?: Problem }> {
    const { signal } = this.#options;
    try {
      const answer = await this.#client.ask('/v1/readings', { body, signal, timeoutMs: 120_000 });
      if (answer.ok) return { answer };
      const { problem } = answer;
      const isPassing = problem.status === 429 || problem.status >= 500;
      if (!isPassing) return { answer };
      const seconds = problem.retryAfterSeconds;
      const reason = `${problem.detail} [${problem.code}]`;
      return {
        reason,
        problem,
        ...(seconds === undefined ? {} : { retryAfterMs: seconds * 1000 }),
      };
    } catch (error) {
      if (signal.aborted || !(error instanceof CommandError)) throw error;
      return { reason: error.message };
    }
  }

  #count(batch: readonly SourcedReading[], answer: IngestAnswer): void {
    const rejected = answer.rejected ?? [];
    this.counts.accepted += answer.accepted ?? 0;
    this.counts.duplicates += answer.duplicates ?? 0;
    this.counts.replaced += answer.replaced ?? 0;
    this.counts.refused += rejected.length;
    for (const { index, code, detail = '' } of rejected) {
      for (const row of batch[index]?.rows ?? []) this.#options.onRefused({ row, code, detail });
    }
  }
}
