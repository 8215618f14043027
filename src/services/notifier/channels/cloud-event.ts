import { formatTime } from '#domain/time.ts';
import type { SendRequest } from './channel.ts';

// Tested by: webhook/webhook.test.ts

/** Where there is no public address to name as the source of an event. */
const UNNAMED_SOURCE = 'vigie';

/**
 * A notification as a CloudEvents 1.0 event in structured JSON, the same for every attempt; its id is the notification's:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function eventOf(
  request: SendRequest,
  publicUrl: string | undefined,
): Record<string, unknown> {
  const { type, payload, message, notificationId, createdMs } = request;
  return {
    specversion: '1.0',
    id: notificationId,
    source: publicUrl ?? UNNAMED_SOURCE,
    type: type === 'test' ? 'vigie.test' : `vigie.alert.${type}`,
    time: formatTime(createdMs),
    ...(payload ? { subject: payload.sensor.id } : {}),
    datacontenttype: 'application/json',
    data: {
      ...(payload?.digest
        ? { alerts: payload.digest.members.map(({ alert }) => alert) }
        : payload && { alert: payload.alert }),
      message: message.text,
      ...(message.acknowledgeLink ? { acknowledge_url: message.acknowledgeLink.url } : {}),
      ...(type === 'severity_changed' ? { previous_severity: payload?.previous_severity } : {}),
      ...(payload?.repeat ? { repeat: true } : {}),
    },
  };
}
