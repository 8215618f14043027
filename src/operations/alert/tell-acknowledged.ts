import type { Contact, Policy } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import type { OnCall } from '#domain/on-call.ts';
import type { Rule, Severity } from '#domain/rule.ts';
import { prepareRouting, type Routing } from '#engine/routing/prepare-routing.ts';
import {
  holdFor,
  type RoutedChange,
  type RouteTarget,
  routeAlert,
} from '#engine/routing/route-alert.ts';
import { uuidV7 } from '#platform/ids.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { findDocument } from '#storage/state/documents.ts';
import { heldBy, insertNotifications, queuedNotification } from '#storage/state/outbox.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { findSensor } from '#storage/state/sensors.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { toldContacts } from '#storage/state/told.ts';
import type { OperationContext } from '../context.ts';
import { allDocuments, parseBody } from '../documents.ts';
import { builtInRule } from '../rule/built-in.ts';

// Tested by: alert.test.ts

/** Puts a notification into the outbox for everybody who wants to hear of acknowledgements; false where nobody does. */
export async function tellAcknowledged(
  ctx: OperationContext,
  alert: AlertsTable,
  tx: StateTransaction,
): Promise<boolean> {
  const { customer, rule_id: ruleId, sensor_id: sensorId } = alert;
  const policies = await Array.fromAsync(allDocuments<Policy>(tx, { customer, kind: 'policy' }));
  // Nobody asked, as is usual: no rule, sensor or contact has to be looked up.
  if (!policies.some(({ on }) => on?.includes('acknowledged'))) return false;
  const contacts = await Array.fromAsync(allDocuments<Contact>(tx, { customer, kind: 'contact' }));
  const ruleRow = await findDocument(tx, { customer, kind: 'rule', id: ruleId });
  const rule = ruleRow ? parseBody<Rule>(ruleRow) : (builtInRule(ruleId) ?? { id: ruleId });
  const row = await findSensor(tx, { customer, sensorId });
  const labels = JSON.parse(row?.labels ?? '{}') as Record<string, string>;
  const sensor = { id: sensorId, name: row?.name, location: row?.location, labels };
  const severity = alert.severity as Severity;
  const onCalls = await Array.fromAsync(allDocuments<OnCall>(tx, { customer, kind: 'on-call' }));
  const routing = prepareRouting(policies, contacts, onCalls);
  const nowMs = ctx.clock.now();
  const change = { type: 'acknowledged', severity, rule, sensor, atMs: nowMs } as const;
  const { targets } = routeAlert(change, routing);
  const told = await toldByLaterSteps(tx, { alertId: alert.id, change, routing });
  const known = new Set(targets.map(({ contactId }) => contactId));
  const everybody = [...targets, ...told.filter(({ contactId }) => !known.has(contactId))];
  if (everybody.length === 0) return false;
  const payload = JSON.stringify(
    buildNotificationPayload({
      alert: alertFromRow(alert),
      previousSeverity: severity,
      rule,
      sensor,
    }),
  );
  await insertNotifications(
    tx,
    everybody.map(({ contactId, channel, policyId, step, hold }) =>
      queuedNotification(
        {
          id: uuidV7(nowMs),
          customer,
          alert_id: alert.id,
          contact_id: contactId,
          policy_id: policyId,
          channel,
          type: 'acknowledged',
          payload,
          atMs: nowMs,
        },
        { step, ...heldBy(hold) },
      ),
    ),
  );
  return true;
}

/** Those whom the ledger knows to have been told, where their policy tells of acknowledgements; each once. */
async function toldByLaterSteps(
  tx: StateTransaction,
  { alertId, change, routing }: { alertId: string; change: RoutedChange; routing: Routing },
): Promise<RouteTarget[]> {
  const targets = new Map<string, RouteTarget>();
  for (const { contactId, policyId, step } of await toldContacts(tx, alertId, { orHeld: false })) {
    const contact = routing.contactById.get(contactId);
    const policy = policyId === null ? undefined : routing.policyById.get(policyId)?.policy;
    if (!contact || !policy?.on?.includes('acknowledged')) continue;
    const hold = holdFor(change, contact, policy);
    targets.set(contactId, { contactId, policyId, channel: contact.channel, step, hold });
  }
  return [...targets.values()];
}
