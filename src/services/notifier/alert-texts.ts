import {
  buildNotificationPayload,
  type NotificationFacts,
  type NotificationPayload,
  type ToldBefore,
} from '#domain/notification-payload.ts';
import type { Rule, Severity } from '#domain/rule.ts';
import type { FollowUpTarget } from '#engine/routing/follow-up.ts';
import { defaultSilentRule } from '#engine/rules/default-silent-rule.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { findDocument } from '#storage/state/documents.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { findSensor } from '#storage/state/sensors.ts';
import type { StateDb, StateTransaction } from '#storage/state/state-store.ts';
import { latestPayload } from '#storage/state/told.ts';

// Tested by: tell-again.test.ts

/** What a message says besides the alert itself, as it is now. */
export interface AlertTexts {
  rule: NotificationFacts['rule'] & Pick<Rule, 'policy'>;
  sensor: NotificationFacts['sensor'];
}

/** The rule and the sensor of an alert; where one is gone, what was last told of it stands for it, else its id. */
export async function loadTexts(
  db: StateDb | StateTransaction,
  alert: AlertsTable,
): Promise<AlertTexts> {
  const { customer, rule_id: ruleId, sensor_id: sensorId } = alert;
  const kept = await findDocument(db, { customer, kind: 'rule', id: ruleId });
  const row = await findSensor(db, { customer, sensorId });
  const builtIn = defaultSilentRule();
  const rule = kept ? (JSON.parse(kept.body) as Rule) : builtIn.id === ruleId ? builtIn : undefined;
  const sensor = row && {
    id: sensorId,
    name: row.name,
    location: row.location,
    labels: JSON.parse(row.labels) as Record<string, string>,
  };
  const told = rule && sensor ? undefined : await latestPayload(db, alert.id);
  const last = told === undefined ? undefined : (JSON.parse(told) as NotificationPayload);
  return {
    rule: rule ?? textsOf(last?.rule) ?? { id: ruleId },
    sensor: sensor ?? last?.sensor ?? { id: sensorId, labels: {} },
  };
}

function textsOf(rule: NotificationPayload['rule'] | undefined): AlertTexts['rule'] | undefined {
  if (rule === undefined) return undefined;
  const { id, name, message, instructions } = rule;
  return {
    id,
    ...(name ? { name } : {}),
    ...(message ? { message } : {}),
    ...(instructions ? { instructions } : {}),
  };
}

/** The payload of what is told now of an alert as it is now. */
export function payloadNow(
  alert: AlertsTable,
  texts: AlertTexts,
  {
    as,
    previousSeverity = null,
    toldBefore = [],
  }: {
    as: FollowUpTarget['as'] | 'cleared';
    previousSeverity?: Severity | null;
    toldBefore?: ToldBefore[];
  },
): string {
  const facts = {
    alert: alertFromRow(alert),
    ...texts,
    repeat: as === 'repeat',
    previousSeverity: as === 'severity_changed' ? previousSeverity : null,
  };
  const payload = buildNotificationPayload(facts);
  const isEscalated = as === 'escalated' && toldBefore.length > 0;
  return JSON.stringify(isEscalated ? { ...payload, told_before: toldBefore } : payload);
}
