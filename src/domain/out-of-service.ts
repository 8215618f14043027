/** A sensor that is being worked on or not used: it is measured and shown as ever, and nobody is told of its alerts. */
export interface OutOfService {
  reason: string;
  by: string;
  /** ms since the epoch. */
  sinceMs: number;
  /** ms since the epoch; null = until somebody brings it back. */
  untilMs: number | null;
}

/** From the text that is stored. */
export function parseOutOfService(text: string | null): OutOfService | null {
  return text === null ? null : (JSON.parse(text) as OutOfService);
}
