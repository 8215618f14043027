import {
  buildNotificationPayload,
  type NotificationPayload,
} from '#domain/notification-payload.ts';
import type { Rule } from '#domain/rule.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { findDocument } from '#storage/state/documents.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { findSensor } from '#storage/state/sensors.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import { parseBody } from '../documents.ts';
import { builtInRule } from '../rule/built-in.ts';

// Tested by: link.test.ts

/** What there is to say of an alert as it is now; rule and sensor may be gone. */
export async function payloadOfAlert(
  db: StateDb,
  alert: AlertsTable,
): Promise<NotificationPayload> {
  const { customer, rule_id: ruleId, sensor_id: sensorId } = alert;
  const kept = await findDocument(db, { customer, kind: 'rule', id: ruleId });
  const rule = kept ? parseBody<Rule>(kept) : (builtInRule(ruleId) ?? { id: ruleId });
  const row = await findSensor(db, { customer, sensorId });
  const sensor = { id: sensorId, name: row?.name, location: row?.location, labels: {} };
  return buildNotificationPayload({ alert: alertFromRow(alert), rule, sensor });
}
