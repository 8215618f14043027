import type { CommitUnit } from '../commit-store.ts';

/** What the state worker is asked. Requests are answered in the order in which their work was done. */
export type StateRequest =
  /** Opens a transaction of statements, known by its number from then on. */
  | { id: number; kind: 'begin'; transaction: number }
  /** With the number of a transaction, it is refused where that is not the open one. */
  | {
      id: number;
      kind: 'query';
      sql: string;
      parameters: readonly unknown[];
      transaction?: number | undefined;
    }
  | { id: number; kind: 'commit'; unit: WireUnit; epoch: number }
  | { id: number; kind: 'journal'; afterId: number }
  | { id: number; kind: 'lastJournalId' }
  /** One step; answers whether all of it is done. */
  | { id: number; kind: 'trim'; throughId: number }
  | { id: number; kind: 'probe' }
  | { id: number; kind: 'close' };

/** The lists of a unit that are not empty: most groups hold samples and nothing else, and copying costs. */
type WireLists = Partial<Omit<CommitUnit, 'samples' | 'journalId' | 'receivedMs'>>;
/** A unit with its samples encoded for the journal. */
export type WireUnit = Pick<CommitUnit, 'journalId' | 'receivedMs'> & {
  blob: Uint8Array<ArrayBuffer> | undefined;
  lists: WireLists | undefined;
};

export interface QueryAnswer {
  rows: unknown[];
  changes: number | undefined;
  insertId: number | undefined;
}

export interface JournalRow {
  id: number;
  received_at: number;
  samples: Uint8Array;
}

export type StateResponse =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; full: boolean; message: string };

export interface StateWorkerData {
  path: string;
  transactionLimitMs: number;
  /** Commits of this epoch and earlier ones are refused: something before them was lost with another thread. */
  failedEpoch: number;
}
