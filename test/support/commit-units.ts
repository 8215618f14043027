import type { CommitUnit } from '#storage/commit-store.ts';
import type { SampleColumns } from '#storage/sample-columns.ts';

/** A unit that changes nothing but what samples it holds. */
export function emptyUnit(journalId: number, samples?: SampleColumns): CommitUnit {
  return {
    journalId,
    receivedMs: 1_000_000,
    nextOffset: undefined,
    samples,
    newSensors: [],
    sensorUpdates: [],
    newSeries: [],
    seriesUpdates: [],
    newAlerts: [],
    alertUpdates: [],
    alertChanges: [],
    notifications: [],
    deadLetters: [],
    sensorStates: [],
    removedSensors: [],
    audit: [],
  };
}
