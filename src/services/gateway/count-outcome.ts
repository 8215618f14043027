import type { Metrics } from '#platform/metrics.ts';
import type { IngestOutcome, IngestSource } from '#stream/reading-stream.ts';

/** Adds what became of a submission to the metrics of its door. */
export function countOutcome(metrics: Metrics, source: IngestSource, outcome: IngestOutcome): void {
  const tally = metrics.readings(source);
  tally.accepted += outcome.accepted;
  tally.duplicate += outcome.duplicates;
  tally.rejected += outcome.rejected.length;
  tally.late += outcome.late;
  tally.replaced += outcome.replaced;
}
