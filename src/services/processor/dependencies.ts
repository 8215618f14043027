import type { Limits } from '#domain/reading.ts';
import type { Clock } from '#domain/time.ts';
import type { Logger } from '#platform/logging.ts';
import type { CommitStore } from '#storage/commit-store.ts';
import type { HistoryStore } from '#storage/history-store.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import type { Bus } from '#stream/bus.ts';
import type { Partition } from '#stream/reading-source.ts';
import type { Fleet } from './fleet.ts';
import type { Group } from './group.ts';

export interface ProcessorDependencies {
  state: StateStore;
  commits: CommitStore;
  history: HistoryStore & { notify?(journalId: number): void };
  bus: Bus;
  clock: Clock;
  log: Logger;
  limits: Limits;
  /** Customers to load even where they have no sensor yet. */
  customers: readonly string[];
  /** Whose sensors are this processor's, where several share the fleet; undefined = all. */
  partition?: Partition | undefined;
  autoRegister: boolean;
  lateAfterMs: number;
  /** Size of the requests that may wait for their group; beyond it `overloaded`. */
  queueBytes: number;
  /**
   * The processor can go on no more. Where this is given it does not recover by itself: its owner makes another, as
   * what came after the lost group has to be handed over again.
   */
  onFailed?(failure: Error): void;
  /** Memory is as the storage has it; no time has been judged by it yet. */
  onLoaded?(fleet: Fleet): void;
  onCommitted?(committed: { group: Group; commitMs: number }): void;
}
