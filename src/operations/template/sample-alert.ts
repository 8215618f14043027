import type { MessageKind } from '#domain/message-kinds.ts';
import {
  buildNotificationPayload,
  type NotificationPayload,
} from '#domain/notification-payload.ts';
import { formatTime } from '#domain/time.ts';

// Tested by: template.test.ts

const MINUTE = 60_000;

/** A freezer that is too warm: what a template is shown with where no alert is named. */
export function sampleAlert(kind: MessageKind, nowMs: number): NotificationPayload {
  const before = (minutes: number) => formatTime(nowMs - minutes * MINUTE);
  const isOver = kind === 'cleared';
  const isAcknowledged = kind === 'acknowledged';
  return buildNotificationPayload({
    alert: {
      id: '00000000-0000-7000-8000-000000000000',
      rule_id: 'freezer-too-warm',
      sensor_id: 'freezer-3',
      metric: 'temperature',
      condition: 'above',
      state: isOver ? 'cleared' : 'active',
      severity: 'critical',
      acknowledged: isAcknowledged,
      shelved_until: null,
      shelved_by: null,
      shelve_reason: null,
      shelve_one_shot: false,
      returned_at: null,
      first_of_storm: false,
      suppressed_by: null,
      assignee: null,
      value: -9.1,
      limit: -10,
      unit: 'Cel',
      peak: -8.2,
      started_at: before(40),
      received_at: before(40),
      cleared_at: isOver ? before(0) : null,
      acknowledged_at: isAcknowledged ? before(0) : null,
      acknowledged_by: isAcknowledged ? 'anne' : null,
    },
    previousSeverity: 'warning',
    rule: {
      id: 'freezer-too-warm',
      name: { en: 'Freezer too warm', fr: 'Congélateur trop chaud' },
      instructions: {
        en: 'Close the door of {sensor}.\nIf it stays above {limit} {unit}, call 12.',
        fr: 'Fermez la porte de {sensor}.\nSi la limite de {limit} {unit} reste dépassée, appelez le 12.',
      },
    },
    sensor: { id: 'freezer-3', name: 'Freezer 3', location: 'lyon/kitchen', labels: {} },
  });
}

/** Who was told before, as a sample. */
export function sampleToldBefore(nowMs: number): NotificationPayload['told_before'] {
  const at = formatTime(nowMs - 10 * MINUTE);
  return [
    { name: 'Ana', channel: 'sms', at, is_reached: true },
    { name: 'Bo', channel: 'email', at, is_reached: true },
  ];
}
