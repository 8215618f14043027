import { setTimeout as wait } from 'node:timers/promises';
import { formatTime, msFromMicros } from '#domain/time.ts';
import type { ApiClient } from '../api-client.ts';
import type { DemoSeries } from './demo-data.ts';

// Tested by: cli/demo/demo.test.ts

/** What the platform says of an alert in an acknowledgement. */
interface AcknowledgedAlert {
  id: string;
  state: 'active' | 'cleared';
}

export interface ReplayReport {
  readings: number;
  /** Moments at which the readings that changed alerts were sent, by alert and state. */
  sentAt: Map<string, { active?: number; cleared?: number }>;
}

const LONGEST_STEP_MS = 50;
const MOST_A_REQUEST = 10_000;

/**
 * Sends the series in `seconds`: value i when it is due, stamped with that moment. (With its own, long past
 * time a reading would be late, and pages nobody.) What is due at once goes in one request.
 */
export async function replay(
  client: ApiClient,
  series: DemoSeries,
  run: { seconds: number; signal: AbortSignal; onSent: (readings: number) => void },
): Promise<ReplayReport> {
  const { values } = series;
  const stepMs = (run.seconds * 1000) / values.length;
  const startMs = Date.now();
  const began = performance.now();
  const report: ReplayReport = { readings: 0, sentAt: new Map() };
  let next = 0;
  while (next < values.length && !run.signal.aborted) {
    const elapsed = performance.now() - began;
    const due = Math.min(values.length, Math.floor(elapsed / stepMs) + 1, next + MOST_A_REQUEST);
    if (due <= next) {
      await wait(Math.min(LONGEST_STEP_MS, Math.max(1, next * stepMs - elapsed)));
      continue;
    }
    const body: unknown[] = [];
    for (; next < due; next++) {
      body.push({
        sensor_id: series.sensorId,
        timestamp: formatTime(msFromMicros((startMs + next * stepMs) * 1000)),
        readings: { [series.metric]: values[next] },
        metadata: { location: series.location },
      });
    }
    const sentMs = Date.now();
    const answer = await client.request<{ accepted: number; alerts: AcknowledgedAlert[] }>(
      '/v1/readings',
      { body, signal: run.signal },
    );
    report.readings += answer.accepted;
    for (const alert of answer.alerts) {
      const moments = report.sentAt.get(alert.id) ?? {};
      // The first `active` is the raising; later ones are changes of severity.
      moments[alert.state] ??= sentMs;
      report.sentAt.set(alert.id, moments);
    }
    run.onSent(next);
  }
  return report;
}
