/** Readings of one request: numbers `from` up to, not including, `to`. */
export interface Batch {
  from: number;
  to: number;
  /** When it was due, by `performance.now()`. */
  dueMs: number;
}

/** What became of one attempt to send a batch. */
export type SendResult =
  | {
      kind: 'acknowledged';
      accepted: number;
      late: number;
      duplicates: number;
      rejected: number;
      alerts: AlertCount;
    }
  /** The platform asked to come again later: nothing was taken. */
  | { kind: 'busy'; retryAfterMs: number }
  /** No answer: whether it was taken is not known; sending it again is safe. */
  | { kind: 'lost'; reason: string }
  /** It will never be taken. */
  | { kind: 'refused'; reason: string };

export interface AlertCount {
  raised: number;
  cleared: number;
}

/** How readings travel. */
export interface Sender {
  /** Never rejects. */
  send(batch: Batch): Promise<SendResult>;
  /** Alerts heard of beside the answers (MQTT). */
  readonly heardAlerts?: AlertCount;
  close(): Promise<void>;
}
