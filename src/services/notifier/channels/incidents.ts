import type { NotificationPayload } from '#domain/notification-payload.ts';
import { SEVERITIES, type Severity } from '#domain/rule.ts';
import type { SendRequest } from './channel.ts';

// Tested by: pagerduty/pagerduty.test.ts, opsgenie/opsgenie.test.ts

/** What is to become of one of the incidents that a program keeps, one for each alert. */
export interface IncidentChange {
  /** The alert's id; of several at once, and of a test, the notification's. */
  key: string;
  action: 'open' | 'acknowledge' | 'close';
}

/**
 * What a notification does to the incidents. Several alerts that still stand are one incident together, which a person
 * closes; those that a digest says are over or acknowledged are closed or acknowledged one by one.
 */
export function incidentChanges(request: SendRequest): IncidentChange[] {
  const { type, payload, notificationId } = request;
  if (payload === null) return [{ key: notificationId, action: 'open' }];
  if (!payload.digest) return [{ key: payload.alert.id, action: actionOf(type) }];
  const { members } = payload.digest;
  const isNews = members.some(({ alert }) => alert.state === 'active' && !alert.acknowledged);
  return [
    ...(isNews ? [{ key: notificationId, action: 'open' } as const] : []),
    ...members
      .filter(({ alert }) => alert.state !== 'active' || alert.acknowledged)
      .map(({ alert }) => ({
        key: alert.id,
        action: alert.state === 'active' ? ('acknowledge' as const) : ('close' as const),
      })),
  ];
}

function actionOf(type: SendRequest['type']): IncidentChange['action'] {
  if (type === 'cleared') return 'close';
  return type === 'acknowledged' ? 'acknowledge' : 'open';
}

/** The worst of what still stands: good news alone alarms nobody. */
export function severityOfAll(payload: NotificationPayload): Severity {
  if (!payload.digest) return payload.alert.severity;
  const active = payload.digest.members.filter(({ alert }) => alert.state === 'active');
  const ranks = active.map(({ alert }) => SEVERITIES.indexOf(alert.severity));
  return SEVERITIES[Math.max(0, ...ranks)] ?? 'info';
}
