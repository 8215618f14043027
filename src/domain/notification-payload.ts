// Tested by: engine/messages/render-message.test.ts
import type { Alert } from './alert.ts';
import type { Localized, Rule, Severity } from './rule.ts';

/**
 * What a notification needs to be written and sent, as things stood when the alert changed. It is the
 * `payload` of an outbox row (JSON), so that a message about what happened does not change while it waits;
 * the contact is not part of it: where and in which language is asked when it is sent.
 */
export interface NotificationPayload {
  /** The alert after the change, without its history. */
  alert: Alert;
  /** Severity before the change; null where there was none. */
  previous_severity: Severity | null;
  rule: {
    id: string;
    name: Localized | null;
    message: Localized | null;
    instructions: Localized | null;
  };
  sensor: {
    id: string;
    name: string | null;
    location: string | null;
    labels: Record<string, string>;
  };
  /** True where the alert is told again because nobody has acknowledged it. */
  repeat: boolean;
  /** When the reading that brought the change about came in, ms; null where none did (a delay, a person). */
  reading_received_at_ms: number | null;
  /** What goes out together in a digest, of which this is the first; each alert once. */
  digest?: { reason: 'quiet' | 'group' | 'storm'; members: NotificationPayload[] } | undefined;
  /** The name of the contact who could not be reached, in whose place the reader is told. */
  fallback_for?: string | undefined;
  /** Where it is escalated: who was told before, the first first. */
  told_before?: ToldBefore[] | undefined;
}

/** Somebody who was told of an alert that nobody acknowledged. */
export interface ToldBefore {
  /** The name of the contact. */
  name: string;
  channel: string;
  /** When, RFC 3339. */
  at: string;
  /** False where it has not got through. */
  is_reached: boolean;
}

/** Where a payload is made from. */
export interface NotificationFacts {
  alert: Alert;
  previousSeverity?: Severity | null | undefined;
  rule: Pick<Rule, 'id' | 'name' | 'message' | 'instructions'>;
  sensor: {
    id: string;
    name?: string | null | undefined;
    location?: string | null | undefined;
    labels: Readonly<Record<string, string>>;
  };
  repeat?: boolean | undefined;
  readingReceivedMs?: number | null | undefined;
}

/** One payload serves every contact who is told of the same change: stringify it once. */
export function buildNotificationPayload(facts: NotificationFacts): NotificationPayload {
  const { history: _history, ...alert } = facts.alert;
  return {
    alert,
    previous_severity: facts.previousSeverity ?? null,
    rule: {
      id: facts.rule.id,
      name: facts.rule.name ?? null,
      message: facts.rule.message ?? null,
      instructions: facts.rule.instructions ?? null,
    },
    sensor: {
      id: facts.sensor.id,
      name: facts.sensor.name ?? null,
      location: facts.sensor.location ?? null,
      labels: { ...facts.sensor.labels },
    },
    repeat: facts.repeat ?? false,
    reading_received_at_ms: facts.readingReceivedMs ?? null,
  };
}
