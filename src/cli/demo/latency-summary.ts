import type { Delivery } from '#domain/notification.ts';
import type { ApiClient } from '../api-client.ts';
import { Latencies, type LatencySummary } from '../simulate/latencies.ts';
import type { DeliveredNotification } from './demo-inbox.ts';
import type { ReplayReport } from './replay.ts';

// Tested by: cli/demo/demo.test.ts

/** From sending a reading to the arrival of what it brought about; undefined where nothing matches. */
export async function summarize(
  client: ApiClient,
  demo: { report: ReplayReport; delivered: readonly DeliveredNotification[] },
): Promise<LatencySummary | undefined> {
  const deliveries = new Map<string, Delivery>();
  let cursor: string | null | undefined;
  do {
    const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const page = await client.request<{ items: Delivery[]; next_cursor: string | null }>(
      `/v1/deliveries?limit=100${more}`,
    );
    for (const delivery of page.items) deliveries.set(delivery.id, delivery);
    cursor = page.next_cursor;
    // Newest first: a folder used before holds the deliveries of earlier runs behind these.
  } while (cursor && deliveries.size < demo.delivered.length + 100);
  const latencies = new Latencies();
  for (const notification of demo.delivered) {
    const delivery = deliveries.get(notification.id);
    if (delivery === undefined) continue;
    const moments = demo.report.sentAt.get(delivery.alert_id);
    // A change of severity is told apart from the raising only by its order; it is left out.
    if (delivery.type === 'raised' && moments?.active !== undefined) {
      latencies.add(notification.atMs - moments.active);
    } else if (delivery.type === 'cleared' && moments?.cleared !== undefined) {
      latencies.add(notification.atMs - moments.cleared);
    }
  }
  const summary = latencies.summary();
  return summary.count > 0 ? summary : undefined;
}
