import type { SampleColumns } from './sample-columns.ts';
import type { AuditRow } from './state/audit.ts';
import type {
  AlertsTable,
  DeadLettersTable,
  NotificationsTable,
  SensorStatesTable,
  SensorsTable,
  SeriesTable,
} from './state/schema.ts';

// Tested by: test/contract/commit-store.test.ts

export type SensorUpdate = Pick<SensorsTable, 'pk'> & Partial<Omit<SensorsTable, 'pk'>>;
/** Fields of an open alert that the processor changes. Of people's fields only those that end when the condition comes or goes. */
type AlertUpdate = Pick<AlertsTable, 'id'> &
  Partial<
    Pick<
      AlertsTable,
      | 'state'
      | 'severity'
      | 'highest_severity'
      | 'value'
      | 'limit_value'
      | 'peak'
      | 'cleared_at'
      | 'returned_at'
      | 'acknowledged'
      | 'acknowledged_at'
      | 'acknowledged_by'
      | 'shelved_until'
      | 'told'
      | 'first_of_storm'
      | 'next_repeat_at'
    >
  >;
interface AlertChangeRow {
  alert_id: string;
  at: number;
  by: string;
  change: string;
  severity: string;
  comment: string | null;
}

/** All that one group of readings (or a tick of the clock) changes. Becomes durable whole, or not at all. */
export interface CommitUnit {
  /** Grows by one with each unit that holds samples; 0 for units without. */
  journalId: number;
  /** The received time of the samples, ms. */
  receivedMs: number;
  /** Where the readings come from a log: the position from which to read on once this is durable. */
  nextOffset: number | undefined;
  samples: SampleColumns | undefined;
  newSensors: SensorsTable[];
  sensorUpdates: SensorUpdate[];
  newSeries: SeriesTable[];
  seriesUpdates: Pick<SeriesTable, 'id' | 'unit'>[];
  newAlerts: AlertsTable[];
  alertUpdates: AlertUpdate[];
  alertChanges: AlertChangeRow[];
  notifications: NotificationsTable[];
  deadLetters: Omit<DeadLettersTable, 'seq'>[];
  sensorStates: SensorStatesTable[];
  /** Keys of sensors to forget, with their states; their series ids stay taken. */
  removedSensors: number[];
  audit: AuditRow[];
}

export interface JournalEntry {
  id: number;
  receivedMs: number;
  samples: SampleColumns;
}

/**
 * Where the processor makes its work durable. Units are committed in the order of the calls. When one
 * fails, every later one of the same `epoch` is refused too, since it was computed from a state that
 * never came to be; the processor then reloads and goes on with the next epoch.
 * Errors: `VigieError` `storage_full` or `storage_unavailable`.
 */
export interface CommitStore {
  /** Resolves once the unit is on disk. */
  commit(unit: CommitUnit, epoch: number): Promise<void>;
  /** Journal entries after an id, oldest first, in portions. */
  journalAfter(id: number): AsyncIterable<JournalEntry>;
  /** The newest journal id; 0 where there is none. */
  lastJournalId(): Promise<number>;
  /** Forgets journal entries up to and including an id. */
  trimJournal(throughId: number): Promise<void>;
  /**
   * Sets aside ids for sensors or series; answers the first of `count`. Only where several processors share the fleet;
   * elsewhere the one that there is counts them itself.
   */
  reserveIds?(kind: 'sensor' | 'series', count: number): Promise<number>;
  /** Resolves where the storage takes writes again; rejects as `commit` would. */
  probe(): Promise<void>;
}
