/** What decides whether people are told of an alert. Times in ms since the epoch. */
export interface HushFacts {
  shelved_until: number | null;
  suppressed_by: string | null;
}

/**
 * Hushed alerts are raised, kept and shown like any other; nobody is told of them (ISA-18.2: shelved, suppressed by design,
 * out of service). That one is over is told to whoever was told of it, hushed or not.
 */
export function isHushed(
  { shelved_until: until, suppressed_by: by }: HushFacts,
  nowMs: number,
): boolean {
  return by !== null || (until ?? Number.NEGATIVE_INFINITY) > nowMs;
}
