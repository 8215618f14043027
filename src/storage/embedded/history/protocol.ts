import type {
  BucketSlice,
  ExportRequest,
  LateSlice,
  PageOrder,
  SampleSlice,
  SeriesRange,
} from '../../history-store.ts';
import type { HistoryMoment, HistoryPart } from './backup-job.ts';
import type { HistoryFileOptions } from './history-file.ts';
import type { Keys } from './keys.ts';

/** What the main thread may ask the worker: input and answer of each call. */
export interface Calls {
  samples: { input: SeriesRange & PageOrder; answer: SampleSlice };
  buckets: { input: SeriesRange & PageOrder & { intervalMs: number }; answer: BucketSlice };
  late: { input: SeriesRange & { intervalMs: number; lateAfterMs: number }; answer: LateSlice };
  bounds: { input: SeriesRange; answer: { firstMs: number; lastMs: number } | undefined };
  stored: { input: Keys; answer: Float64Array };
  count: { input: undefined; answer: number };
  deleteBefore: { input: number; answer: number };
  sync: { input: undefined; answer: undefined };
  /** Answers the export's number. */
  exportOpen: { input: ExportRequest; answer: number };
  /** undefined after the last piece. */
  exportNext: { input: number; answer: Uint8Array | undefined };
  exportClose: { input: number; answer: undefined };
  /** One at a time. */
  backupOpen: { input: undefined; answer: HistoryMoment };
  /** undefined after the last part. */
  backupNext: { input: undefined; answer: HistoryPart | undefined };
  backupClose: { input: undefined; answer: undefined };
}

export type CallKind = keyof Calls;

export type Call = {
  [Kind in CallKind]: { id: number; kind: Kind; input: Calls[Kind]['input'] };
}[CallKind];

export type ToWorker =
  | Call
  | { kind: 'notify' }
  | { kind: 'cancel'; id: number }
  /** The worker ends when its work at hand has ended. */
  | { kind: 'close' };

export type FromWorker =
  | { kind: 'ready'; loadedId: number }
  | { kind: 'answer'; id: number; answer: unknown }
  | { kind: 'failed'; id: number; message: string }
  | { kind: 'loaded'; journalId: number }
  /** Something failed that nobody asked for. */
  | { kind: 'error'; message: string };

export interface HistoryWorkerData extends HistoryFileOptions {
  journalPath: string;
}
