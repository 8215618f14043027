import type { Config } from '#config/settings.ts';
import type { Clock } from '#domain/time.ts';
import type { NewestSamples } from '#operations/sensor/stored-live-sensors.ts';
import type { Logger } from '#platform/logging.ts';
import type { Metrics } from '#platform/metrics.ts';
import type { LifecycleStep } from '#platform/shutdown.ts';
import type { Processor } from '#services/processor/processor.ts';
import type { BackupStore } from '#storage/backup-store.ts';
import type { ChangeFeed } from '#storage/change-feed.ts';
import type { CommitStore } from '#storage/commit-store.ts';
import type { HistoryStore } from '#storage/history-store.ts';
import type { ClaimDue } from '#storage/state/outbox.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import type { StorageMeter } from '#storage/storage-meter.ts';
import type { Bus } from '#stream/bus.ts';

/** What every part of the platform is built with. */
export interface AppContext {
  config: Config;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  bus: Bus;
}

/** Storage that several processes work on at the same time. */
interface SharedStorage {
  claimDue: ClaimDue;
  /** Does what one notifier of the fleet does at a time; false where another is at it. */
  inTurn(work: () => Promise<void>): Promise<boolean>;
  newest: NewestSamples;
  /** A partition's place in the database; whoever had it before can write no more. */
  shard(
    number: number,
  ): CommitStore & { readonly nextOffset: number | undefined; close(): Promise<void> };
  /** Alert changes and dead letters for those outside. */
  readonly changes: ChangeFeed;
  /** The same for the listeners of a broker, who have a position of their own. */
  readonly brokerChanges: ChangeFeed;
  /** A new id for a sensor that is made by hand. */
  reserveSensorId(): Promise<number>;
}

/** One engine, with what the platform does for it. Its parts are there once its steps have started. */
export interface AppStorage {
  readonly steps: readonly LifecycleStep[];
  readonly state: StateStore;
  readonly history: HistoryStore & { notify?(journalId: number): void };
  /** Of the process that judges every reading. */
  readonly commits: CommitStore;
  /** undefined where one process has the storage to itself. */
  readonly shared: SharedStorage | undefined;
  /** undefined where the engine has tools of its own for that. */
  readonly backups: BackupStore | undefined;
  readonly meter: StorageMeter;
  /** The journal id through which the history shows everything. */
  loadedThrough(): number;
  /** Rejects where questions about the past cannot be answered. */
  check(): Promise<void>;
  /** What is done from time to time; the processor's own journal only where there is one. */
  keepers(processor: Processor | undefined): LifecycleStep;
}

/** A part that was built when its turn came; using it before is a fault of the order. */
export function built<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('used before it was built');
  return part;
}
