import type { Alert, AlertHistoryEntry } from '#domain/alert.ts';
import type { DeadLetter } from '#domain/dead-letter.ts';

/** One change of an alert; `alert` is as it stands now, which may be later than the change. */
export interface AlertChange {
  /** Stays the same however often the change is handed over. */
  seq: number;
  customer: string;
  alert: Alert;
  entry: AlertHistoryEntry;
}

export interface RefusedReadingEntry {
  customer: string;
  letter: DeadLetter;
}

/**
 * What has become durable, for those who tell others of it. Every entry is handed over at least once, in the order of the
 * transactions: the position is moved only when `publish` has resolved. One process at a time has the turn.
 * Each answers how many entries were published; undefined where another process has the turn.
 */
export interface ChangeFeed {
  alertChanges(
    publish: (changes: readonly AlertChange[]) => Promise<void>,
  ): Promise<number | undefined>;
  deadLetters(
    publish: (letters: readonly RefusedReadingEntry[]) => Promise<void>,
  ): Promise<number | undefined>;
}
