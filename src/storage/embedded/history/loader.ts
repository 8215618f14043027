import { COMPACTOR_SIZES, Compactor, type CompactorSizes } from './compactor.ts';
import type { Connection } from './duckdb.ts';
import type { HistoryFile } from './history-file.ts';
import type { JournalReader } from './journal-reader.ts';
import { SET_LAST_JOURNAL_ID, squeezeMemory } from './queries.ts';
import { deleteReplaced, deleteReplacedInSteps, MAX_REPLACED_AT_ONCE } from './replaced-samples.ts';
import { appendSamples } from './row-appender.ts';
import { SampleStage } from './sample-stage.ts';

const TICK_MS = 500;
/** So long a growing portion may wait to become a run, unless a question comes. */
const MAX_WAIT_MS = 2000;
const RETRY_MS = { first: 500, max: 15_000 };
const COMPACT_PAUSE_MS = 20;
const COMPACT_RETRY_MS = 60_000;
const SQUEEZE_AFTER_MS = 10_000;
/** So often the journal is looked at where nobody notifies. */
const IDLE_MS = 5000;

/** In samples. */
export interface LoaderSizes extends CompactorSizes {
  /** Of one transaction; a portion this large is a sorted run of its own. */
  portion: number;
  /** Below this a portion is not worth waiting for, and loading counts as quiet. */
  small: number;
}

const SIZES: LoaderSizes = { portion: 1_000_000, small: 200_000, ...COMPACTOR_SIZES };

export interface LoaderOptions {
  file: HistoryFile;
  journal: JournalReader;
  onLoaded: (journalId: number) => void;
  onError: (error: Error) => void;
  /** Whether questions are being answered. */
  isBusy: () => boolean;
  sizes?: LoaderSizes;
}

/**
 * Brings journal rows into the history file, each exactly once: rows and the last journal id are one
 * transaction. Works on a tick after `notify`, and at once when a question calls `sync`. Portions, compaction
 * and `exclusive` work take turns on one connection. A failure is reported and tried again for ever, the
 * journal keeping the rows meanwhile; `sync` then rejects.
 */
export class Loader {
  loadedId: number;
  readonly #options: LoaderOptions;
  readonly #connection: Connection;
  readonly #stage = new SampleStage();
  readonly #sizes: LoaderSizes;
  readonly #compactor: Compactor;
  #turn: Promise<unknown> = Promise.resolve();
  #loading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isIdle = true;
  /** Infinity: not since memory was given back. */
  #lastUse = Number.POSITIVE_INFINITY;
  #waitingSince: number | undefined;
  #retryMs = RETRY_MS.first;
  #compactAfter = 0;
  #isStopped = false;

  private constructor(options: LoaderOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    this.loadedId = options.file.lastJournalId;
    this.#sizes = options.sizes ?? SIZES;
    this.#compactor = new Compactor(connection, this.#sizes);
  }

  static async start(options: LoaderOptions): Promise<Loader> {
    const loader = new Loader(options, await options.file.connect());
    await loader.#compactor.start();
    loader.notify();
    return loader;
  }

  /** The file is in use: what its buffers hold is kept a while longer. */
  touch(): void {
    this.#lastUse = performance.now();
  }

  /** Something was committed. */
  notify(): void {
    if (this.#isIdle) this.#schedule(TICK_MS);
  }

  /** Resolves when everything is loaded that was committed before the call. */
  async sync(): Promise<void> {
    const newest = this.#options.journal.newestId() ?? 0;
    try {
      while (this.loadedId < newest && !this.#isStopped) await this.#load();
    } catch (error) {
      this.notify();
      throw error;
    }
  }

  /** Runs alone on the writing connection; rejects when it comes after `stop`. */
  exclusive<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => {
      if (this.#isStopped) throw new Error('the history is closing');
      return work(this.#connection);
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Ends after the portion at hand. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
    this.#stage.release();
  }

  #schedule(afterMs: number): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#isIdle = afterMs === IDLE_MS;
    this.#timer = setTimeout(() => {
      this.#isIdle = false;
      void this.#tick();
    }, afterMs);
  }

  async #tick(): Promise<void> {
    try {
      this.#schedule(await this.#work());
      this.#retryMs = RETRY_MS.first;
    } catch (error) {
      if (!this.#isStopped) this.#options.onError(error as Error);
      this.#schedule(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.max);
    }
  }

  /** Loads a portion, or compacts where there is little to load. Answers when to come again, ms. */
  async #work(): Promise<number> {
    const pending = this.#options.journal.pendingSamples(this.loadedId);
    if (this.#isWorthWaiting(pending)) return TICK_MS;
    this.#waitingSince = undefined;
    if (pending > 0) {
      this.touch();
      await this.#load();
    }
    const hasMore = await this.#compact(pending < this.#sizes.small);
    if (pending >= this.#sizes.portion) return 0;
    if (pending > 0) return TICK_MS;
    if (hasMore) {
      this.touch();
      return COMPACT_PAUSE_MS;
    }
    if (this.#options.isBusy()) this.touch();
    else if (performance.now() - this.#lastUse > SQUEEZE_AFTER_MS) await this.#giveBackMemory();
    return IDLE_MS;
  }

  /** A failure here keeps nothing from being loaded: it is reported, and tried again after a pause. */
  async #compact(isQuiet: boolean): Promise<boolean> {
    if (performance.now() < this.#compactAfter) return false;
    try {
      return await this.exclusive(() => this.#compactor.step(isQuiet));
    } catch (error) {
      if (!this.#isStopped) this.#options.onError(this.#failure('sort', error));
      this.#compactAfter = performance.now() + COMPACT_RETRY_MS;
      return false;
    }
  }

  async #giveBackMemory(): Promise<void> {
    this.#lastUse = Number.POSITIVE_INFINITY;
    await this.exclusive(async (connection) => {
      this.#stage.release();
      await connection.run(squeezeMemory(this.#options.file.memoryLimitMb));
    });
  }

  /** A portion that grows fast is left to become a run, which need not be sorted a second time. */
  #isWorthWaiting(pending: number): boolean {
    if (pending < this.#sizes.small || pending >= this.#sizes.portion) return false;
    this.#waitingSince ??= performance.now();
    return performance.now() - this.#waitingSince < MAX_WAIT_MS;
  }

  /** One portion; callers that come while it runs share it. */
  #load(): Promise<void> {
    this.#loading ??= this.exclusive(() => this.#loadPortion())
      .catch((error: unknown) => {
        throw this.#failure('load readings into', error);
      })
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  async #loadPortion(): Promise<void> {
    const stage = this.#stage;
    stage.clear();
    const lastId = this.#options.journal.read(this.loadedId, stage, this.#sizes.portion);
    if (lastId === this.loadedId) return;
    const positions = stage.sorted();
    const table = positions.length >= this.#sizes.portion ? 'runs' : 'recent';
    const connection = this.#connection;
    const { length } = stage.replacing;
    if (length > MAX_REPLACED_AT_ONCE) await deleteReplacedInSteps(connection, stage);
    await connection.transaction(async () => {
      if (length > 0 && length <= MAX_REPLACED_AT_ONCE) await deleteReplaced(connection, stage);
      await appendSamples(connection, table, { stage, positions });
      await connection.change(SET_LAST_JOURNAL_ID, [{ int: lastId }]);
    });
    this.#compactor.loaded(table, positions.length);
    this.loadedId = lastId;
    this.#options.onLoaded(lastId);
  }

  #failure(what: string, error: unknown): Error {
    const { message } = error as Error;
    return new Error(`Could not ${what} ${this.#options.file.path}: ${message}`, { cause: error });
  }
}
