import type { Static } from 'typebox';
import type { AlertEvent, DeadLetterEvent } from '#domain/stream-events.ts';
import type { AlertChange, RefusedReadingEntry } from '#storage/change-feed.ts';

const SPEC = { specversion: '1.0', datacontenttype: 'application/json' } as const;

/** Says which change an event tells of; the same however often it is told. */
export const alertChangeId = ({ seq }: Pick<AlertChange, 'seq'>): string => `alert-change-${seq}`;

/** A change of an alert as a CloudEvent; `source` is the platform's address, or its name where it has none. */
export function alertEvent(change: AlertChange, source: string): Static<typeof AlertEvent> {
  const { customer, alert, entry } = change;
  return {
    ...SPEC,
    id: alertChangeId(change),
    source,
    type: `vigie.alert.${entry.change}`,
    subject: alert.sensor_id,
    time: entry.at,
    customer,
    data: { alert, change: entry },
  };
}

/** A refused reading as a CloudEvent. */
export function deadLetterEvent(
  { customer, letter }: RefusedReadingEntry,
  source: string,
): Static<typeof DeadLetterEvent> {
  return {
    ...SPEC,
    id: `dead-letter-${letter.id}`,
    source,
    type: 'vigie.reading.refused',
    ...(letter.sensor_id !== null && { subject: letter.sensor_id }),
    time: letter.received_at,
    customer,
    data: letter,
  };
}
