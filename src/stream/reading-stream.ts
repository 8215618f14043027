import type { AlertOutcome } from '#domain/alert.ts';
import type { ParsedReadings, Rejection } from '#domain/reading.ts';

/** By which door readings came in; kept with dead letters and counted in metrics. */
export type IngestSource = 'http' | 'line' | 'mqtt' | 'import';

/** The readings of one request or message, of one customer. */
export interface Submission {
  customer: string;
  source: IngestSource;
  /** When its last byte came in, ms. */
  receivedMs: number;
  /** Size of the request, for the bound of the queue. */
  bytes: number;
  parsed: ParsedReadings;
  /** Sensor patterns that the key is bound to; undefined = all. */
  allowedSensors?: readonly string[] | undefined;
  /** Where it came from a log of readings: the position of its last record in its partition. */
  offset?: number;
  /**
   * How long the sender wants to wait for the outcome where the stream could acknowledge earlier, ms. undefined = not
   * at all: as soon as the readings are durable.
   */
  waitMs?: number | undefined;
}

/** accepted + duplicates + rejected.length = readings sent; late and replaced are counted within accepted. */
export interface IngestOutcome {
  accepted: number;
  late: number;
  replaced: number;
  duplicates: number;
  rejected: Rejection[];
  /** Raised, changed or cleared by these readings. */
  alerts: AlertOutcome[];
  /** The readings are durable and their outcome is not known yet: all are counted as accepted. */
  status?: 'queued';
}

/**
 * From gateway to processor. The promise resolves only when the readings (and the dead letters of those
 * refused) are durable. It rejects with `VigieError`: `overloaded` (the bounded queue is full, nothing was
 * taken), `storage_full`, `storage_unavailable`, `shutting_down`: then nothing of the submission is
 * acknowledged, and sending it again is safe.
 */
export interface ReadingStream {
  publish(submission: Submission): Promise<IngestOutcome>;
}
