// Tested by: render-message.test.ts

import type { MessageKind } from '#domain/message-kinds.ts';
import type { NotificationType } from '#domain/notification.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';

/** What a notification about one alert says. */
export function messageKind(
  type: NotificationType,
  { repeat }: Pick<NotificationPayload, 'repeat'>,
): MessageKind {
  switch (type) {
    case 'raised':
    // The payload of a digest is the alert that opened it.
    case 'digest':
      return repeat ? 'repeat' : 'raised';
    case 'escalated':
    case 'severity_changed':
    case 'cleared':
    case 'acknowledged':
      return type;
  }
}
