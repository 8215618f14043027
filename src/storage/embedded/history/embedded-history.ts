import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { VigieError } from '#domain/errors.ts';
import type {
  BucketSlice,
  ExportRequest,
  HistoryStore,
  LateSlice,
  PageOrder,
  SampleSlice,
  SeriesRange,
} from '../../history-store.ts';
import type { HistorySnapshot } from './backup-job.ts';
import { createPendingCalls, type PendingCalls } from './pending-calls.ts';
import type { Call, CallKind, Calls, FromWorker, HistoryWorkerData, ToWorker } from './protocol.ts';
import { readRestMark } from './rest-mark.ts';

export interface EmbeddedHistoryOptions {
  dataDir: string;
  /** What DuckDB may use; spills to `<dataDir>/tmp` beyond it. */
  memoryLimitMb?: number;
  threads?: number;
  /** Bounds a question; an export is bounded piece by piece. */
  callTimeoutMs?: number;
  /**
   * Where it was closed in good order and its file is as it was left, it is opened at its first use: the engine takes
   * 45 MB and a tenth of a second.
   */
  mayRest?: boolean;
  /** Everything up to this journal row is in the history file; the journal need not keep it. */
  onLoaded?: (journalId: number) => void;
  /** Loading failed and will be tried again, or the thread ended and is started again. */
  onError: (error: Error) => void;
}

export interface EmbeddedHistory extends HistoryStore {
  /** A commit happened. Its rows are loaded within a tick, or when a question comes. */
  notify(journalId: number): void;
  /** Resolves when everything committed before the call is loaded, so at least through `journalId`. */
  sync(journalId: number): Promise<void>;
  /** The journal row through which everything is in the history file. */
  loadedThrough(): number;
  /** All that is stored as of now. One at a time: `invalid_state` where another is under way. */
  openBackup(): Promise<HistorySnapshot>;
  /** Not opened yet. */
  readonly isAtRest: boolean;
  /** Rejects where questions could not be answered at present. A history at rest stays at rest. */
  check(): Promise<void>;
}

const DEFAULTS = { memoryLimitMb: 64, threads: 2, callTimeoutMs: 30_000, mayRest: false };
/** A Parquet file is written whole before its first byte; many days of samples take a while to remove. */
const LONG_CALL_MS = 10 * 60_000;
const MAX_WAITING = 256;
const MAX_EXPORTS = 16;
const CLOSE_MS = 15_000;
/** The file system's words for it. */
const IS_FULL = /no space left|disk is full|ENOSPC/i;
const RESTART_MS = { first: 1000, max: 15_000 };
/** The thread holds little on its heap: samples lie in typed arrays outside it. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 };

/**
 * Opens `<dataDir>/history.duckdb` in a thread of its own, beside the journal in `<dataDir>/vigie.db`, which
 * must exist. Throws `VigieError('storage_unavailable')` with advice where the file is locked or damaged.
 */
export async function openEmbeddedHistory(
  options: EmbeddedHistoryOptions,
): Promise<EmbeddedHistory> {
  const history = new ThreadedHistory({ ...DEFAULTS, ...options });
  const restsAt = options.mayRest ? readRestMark(options.dataDir) : undefined;
  if (restsAt === undefined) await history.start();
  else history.rest(restsAt);
  return history;
}

type FullOptions = EmbeddedHistoryOptions & typeof DEFAULTS;

/**
 * The main thread's end. At rest (no worker; the first use starts it) → running (a worker answers) → down (the
 * worker ended by itself: every waiting call fails, another is started after a pause that grows) → running … → closed.
 */
class ThreadedHistory implements EmbeddedHistory {
  readonly #options: FullOptions;
  readonly #calls: PendingCalls = createPendingCalls();
  #worker: Worker | undefined;
  #loadedId = 0;
  #exports = 0;
  #hasBackup = false;
  #isAtRest = false;
  #waking: Promise<void> | undefined;
  #waitingForWake = 0;
  #isClosed = false;

  constructor(options: FullOptions) {
    this.#options = options;
  }

  get isAtRest(): boolean {
    return this.#isAtRest;
  }

  rest(loadedId: number): void {
    this.#isAtRest = true;
    this.#loaded(loadedId);
  }

  async start(): Promise<void> {
    const { dataDir, memoryLimitMb, threads } = this.#options;
    const workerData: HistoryWorkerData = {
      dataDir,
      memoryLimitMb,
      threads,
      journalPath: join(dataDir, 'vigie.db'),
    };
    const worker = new Worker(new URL('./history-worker.ts', import.meta.url), {
      workerData,
      resourceLimits: HEAP_LIMITS,
      name: 'vigie-history',
    });
    const started = Promise.withResolvers<void>();
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') {
        this.#worker = worker;
        this.#loaded(message.loadedId);
        started.resolve();
      } else this.#receive(message);
    });
    let failure = new Error('the history thread ended');
    worker.on('error', (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => {
      started.reject(unavailable(failure.message, failure));
      if (this.#worker === worker) this.#ended(failure);
    });
    await started.promise;
  }

  notify(journalId: number): void {
    if (journalId <= this.#loadedId) return;
    // A thread that starts looks into the journal by itself.
    if (this.#isAtRest) void this.#wake().catch(() => undefined);
    else this.#post({ kind: 'notify' });
  }

  async sync(journalId: number): Promise<void> {
    if (journalId > this.#loadedId) await this.#call('sync', undefined);
  }

  loadedThrough(): number {
    return this.#loadedId;
  }

  samples(range: SeriesRange & PageOrder): Promise<SampleSlice> {
    return this.#call('samples', range);
  }

  buckets(range: SeriesRange & PageOrder & { intervalMs: number }): Promise<BucketSlice> {
    return this.#call('buckets', range);
  }

  late(range: SeriesRange & { intervalMs: number; lateAfterMs: number }): Promise<LateSlice> {
    return this.#call('late', range);
  }

  bounds(range: SeriesRange): Promise<{ firstMs: number; lastMs: number } | undefined> {
    return this.#call('bounds', range);
  }

  stored(series: Int32Array, timesMs: Float64Array): Promise<Float64Array> {
    return this.#call('stored', { series, timesMs });
  }

  async *export(request: ExportRequest): AsyncIterable<Uint8Array> {
    if (this.#exports >= MAX_EXPORTS) throw overloaded();
    this.#exports++;
    try {
      const id = await this.#call('exportOpen', request);
      try {
        for (;;) {
          const piece = await this.#call('exportNext', id, LONG_CALL_MS);
          if (piece === undefined) return;
          yield piece;
        }
      } finally {
        await this.#call('exportClose', id).catch(() => undefined);
      }
    } finally {
      this.#exports--;
    }
  }

  async openBackup(): Promise<HistorySnapshot> {
    if (this.#hasBackup) throw new VigieError('invalid_state', 'A backup is under way already.');
    this.#hasBackup = true;
    const close = async (): Promise<void> => {
      try {
        await this.#call('backupClose', undefined);
      } catch {
        // The thread has ended, and the snapshot with it.
      } finally {
        this.#hasBackup = false;
      }
    };
    try {
      const moment = await this.#call('backupOpen', undefined, LONG_CALL_MS);
      return { moment, next: () => this.#call('backupNext', undefined, LONG_CALL_MS), close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  deleteBefore(beforeMs: number): Promise<number> {
    return this.#call('deleteBefore', beforeMs, LONG_CALL_MS);
  }

  count(): Promise<number> {
    return this.#call('count', undefined);
  }

  async check(): Promise<void> {
    if (!this.#isAtRest) await this.count();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#waking?.catch(() => undefined);
    const worker = this.#worker;
    if (!worker) return;
    for (const id of this.#calls.ids()) this.#post({ kind: 'cancel', id });
    this.#calls.failAll(new VigieError('shutting_down', 'The history is closing'));
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#post({ kind: 'close' });
    const timeout = new AbortController();
    await Promise.race([
      exited,
      delay(CLOSE_MS, undefined, { signal: timeout.signal, ref: false }).catch(() => undefined),
    ]);
    timeout.abort();
    await worker.terminate();
  }

  #call<Kind extends CallKind>(
    kind: Kind,
    input: Calls[Kind]['input'],
    timeoutMs = this.#options.callTimeoutMs,
  ): Promise<Calls[Kind]['answer']> {
    if (this.#isClosed) throw new VigieError('shutting_down', 'The history is closed');
    if (this.#isAtRest) return this.#callAwake(() => this.#call(kind, input, timeoutMs));
    if (!this.#worker) throw unavailable('The history is being opened again');
    if (this.#calls.count >= MAX_WAITING) throw overloaded();
    const { id, promise } = this.#calls.add<Calls[Kind]['answer']>(timeoutMs, () => {
      this.#post({ kind: 'cancel', id });
      return unavailable(`The history did not answer within ${timeoutMs / 1000} s`);
    });
    this.#post({ id, kind, input } as Call);
    return promise;
  }

  async #callAwake<T>(call: () => Promise<T>): Promise<T> {
    if (this.#waitingForWake >= MAX_WAITING) throw overloaded();
    this.#waitingForWake++;
    try {
      await this.#wake();
    } finally {
      this.#waitingForWake--;
    }
    return call();
  }

  /** Where it cannot be opened, it is tried again as when a thread has ended. */
  #wake(): Promise<void> {
    this.#waking ??= this.start()
      .catch((error: unknown) => {
        this.#options.onError(error as Error);
        void this.#restart();
        throw error;
      })
      .finally(() => {
        this.#isAtRest = false;
        this.#waking = undefined;
      });
    return this.#waking;
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #receive(message: Exclude<FromWorker, { kind: 'ready' }>): void {
    switch (message.kind) {
      case 'answer':
        this.#calls.resolve(message.id, message.answer);
        return;
      case 'failed':
        this.#calls.reject(message.id, failed(message.message));
        return;
      case 'loaded':
        this.#loaded(message.journalId);
        return;
      case 'error':
        this.#options.onError(unavailable(message.message));
        return;
      default:
        message satisfies never;
    }
  }

  #loaded(journalId: number): void {
    this.#loadedId = journalId;
    this.#options.onLoaded?.(journalId);
  }

  #ended(failure: Error): void {
    this.#worker = undefined;
    this.#calls.failAll(unavailable('The history thread ended', failure));
    if (this.#isClosed) return;
    this.#options.onError(unavailable(`The history thread ended: ${failure.message}`, failure));
    void this.#restart();
  }

  async #restart(): Promise<void> {
    let pauseMs = RESTART_MS.first;
    while (!this.#isClosed && !this.#worker) {
      await delay(pauseMs, undefined, { ref: false });
      if (this.#isClosed) return;
      pauseMs = Math.min(pauseMs * 2, RESTART_MS.max);
      try {
        await this.start();
      } catch (error) {
        this.#options.onError(error as Error);
      }
    }
  }
}

/** The engine's own words name files and statements: they are for the log. */
function failed(message: string): VigieError {
  const cause = new Error(message);
  if (!IS_FULL.test(message)) return unavailable('The history does not answer at present.', cause);
  const detail = 'The disk is full: what is stored cannot be shown until there is room again.';
  return new VigieError('storage_full', detail, { retryAfterSeconds: 10, cause });
}

function unavailable(message: string, cause?: unknown): VigieError {
  return new VigieError('storage_unavailable', message, { cause });
}

function overloaded(): VigieError {
  return new VigieError('overloaded', 'Too many questions about the history are waiting');
}
