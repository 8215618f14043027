import type { ChangeFeed } from '#storage/change-feed.ts';
import type { EventSink } from '#stream/event-sink.ts';
import { alertEvent, deadLetterEvent } from './cloud-events.ts';
import type { Turn } from './publisher.ts';

// Tested by: test/scale/publisher.test.ts

/** Alert changes and refused readings as CloudEvents; `source` is theirs. */
export function eventTurns({
  feed,
  sink,
  source,
}: {
  feed: ChangeFeed;
  sink: EventSink;
  source: string;
}): Turn[] {
  return [
    () =>
      feed.alertChanges((changes) =>
        sink.alerts(
          changes.map((change) => ({
            customer: change.customer,
            sensorId: change.alert.sensor_id,
            body: JSON.stringify(alertEvent(change, source)),
          })),
        ),
      ),
    () =>
      feed.deadLetters((entries) =>
        sink.deadLetters(
          entries.map((entry) => ({
            customer: entry.customer,
            sensorId: entry.letter.sensor_id,
            body: JSON.stringify(deadLetterEvent(entry, source)),
          })),
        ),
      ),
  ];
}
