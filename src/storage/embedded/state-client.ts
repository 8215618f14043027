import { Worker } from 'node:worker_threads';
import { VigieError } from '#domain/errors.ts';
import type { StateRequest, StateResponse, StateWorkerData } from './state-protocol.ts';

// Tested by: test/contract/state-thread.test.ts

export interface StateClientOptions {
  /** Told of every thread that is started. */
  onWorker?(worker: Worker): void;
  /** Told why a thread ended by itself; another one is started. */
  onEnded?(error: Error): void;
  /** A transaction of statements that is open for longer is undone. */
  transactionLimitMs?: number;
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;
type Question = Unnumbered<StateRequest>;
interface Waiter {
  request: Question;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const OPEN_TRANSACTION_LIMIT_MS = 30_000;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 5000;

/**
 * The main thread's end of the state worker. State machine: `up ⇄ down → closed`. A worker that ends by itself (out of
 * memory, file not to be opened) takes what was under way along; after a backoff that doubles another one is started.
 */
export class StateClient {
  readonly #path: string;
  readonly #options: StateClientOptions;
  readonly #waiters = new Map<number, Waiter>();
  #worker: Worker | undefined;
  #nextId = 1;
  /** Why nothing is taken at present. */
  #down: Error | undefined = new Error('not started');
  #isClosed = false;
  #backoffMs = FIRST_BACKOFF_MS;
  #restart: NodeJS.Timeout | undefined;
  /** The newest epoch of which a commit was lost or refused here; the next worker must refuse the rest of it. */
  #lostEpoch = -1;

  constructor(path: string, options: StateClientOptions = {}) {
    this.#path = path;
    this.#options = options;
  }

  start(): void {
    const data: StateWorkerData = {
      path: this.#path,
      transactionLimitMs: this.#options.transactionLimitMs ?? OPEN_TRANSACTION_LIMIT_MS,
      failedEpoch: this.#lostEpoch,
    };
    const worker = new Worker(new URL('./state-worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#worker = worker;
    this.#down = undefined;
    worker.on('message', (response: StateResponse) => this.#settle(response));
    worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    // Only now has the thread let go of the file.
    worker.on('exit', () => {
      this.#fail(new Error('the state thread has ended'));
      this.#planRestart();
    });
    this.#options.onWorker?.(worker);
  }

  /** Rejects with `storage_full` or `storage_unavailable`; the statement's own message is in `cause`. */
  request<T>(request: Question, transfer: ArrayBuffer[] = []): Promise<T> {
    const worker = this.#worker;
    if (worker === undefined || this.#down) {
      this.#lose(request);
      return Promise.reject(unavailable(this.#down ?? new Error('not started')));
    }
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      this.#waiters.set(id, { request, resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage({ ...request, id }, transfer);
    });
  }

  /** For good: no thread is started any more. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#restart);
    try {
      if (!this.#down) await this.request({ kind: 'close' });
    } finally {
      this.#down ??= new Error('closed');
      await this.#worker?.terminate();
      this.#worker = undefined;
    }
  }

  #settle(response: StateResponse): void {
    this.#backoffMs = FIRST_BACKOFF_MS;
    const waiter = this.#waiters.get(response.id);
    this.#waiters.delete(response.id);
    if (!waiter) return;
    if (response.ok) waiter.resolve(response.value);
    else if (response.full) {
      waiter.reject(
        new VigieError('storage_full', 'The disk is full; nothing of this was stored.', {
          retryAfterSeconds: 10,
          cause: new Error(response.message),
        }),
      );
    } else waiter.reject(unavailable(new Error(response.message)));
  }

  #fail(error: Error): void {
    if (!this.#down && !this.#isClosed) this.#options.onEnded?.(error);
    this.#down ??= error;
    for (const { request, reject } of this.#waiters.values()) {
      this.#lose(request);
      reject(unavailable(error));
    }
    this.#waiters.clear();
  }

  #lose(request: Question): void {
    if (request.kind === 'commit') this.#lostEpoch = Math.max(this.#lostEpoch, request.epoch);
  }

  #planRestart(): void {
    if (this.#isClosed) return;
    this.#restart = setTimeout(() => {
      try {
        this.start();
      } catch (error) {
        // No thread is to be had, mostly for want of memory.
        this.#down ??= error instanceof Error ? error : new Error(String(error));
        this.#planRestart();
      }
    }, this.#backoffMs);
    this.#backoffMs = Math.min(2 * this.#backoffMs, MAX_BACKOFF_MS);
  }
}

function unavailable(cause: Error): VigieError {
  return new VigieError('storage_unavailable', `The storage does not answer: ${cause.message}`, {
    retryAfterSeconds: 5,
    cause,
  });
}
