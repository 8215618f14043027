import type { Rule } from '#domain/rule.ts';
import { SELF_CUSTOMER } from '#domain/self-watch.ts';
import { createContact } from '#operations/contact/create.ts';
import type { OperationContext } from '#operations/context.ts';
import { putRule } from '#operations/rule/put.ts';
import { createSensor } from '#operations/sensor/create.ts';
import { sendReadings } from '#platform/own-door.ts';
import { existingDocuments } from '#storage/state/documents.ts';
import { findSensor } from '#storage/state/sensors.ts';
import type { Bus } from '#stream/bus.ts';

// Tested by: self-watch.test.ts

const SENSOR = 'canary';
const RULE = 'canary';
const CONTACT = 'canary';
const RAISED = 1;
const CALM = 0;

const RULES: readonly Pick<Rule, 'id' | 'when' | 'enabled'>[] = [
  { id: RULE, when: { metric: 'pulse', above: [{ limit: 0.5 }] }, enabled: true },
  // It is silent while the platform is down, which is no news.
  { id: 'silent', when: { silent: '1h' }, enabled: false },
];

/** Makes the canary's sensor, rule and contact where they are not there yet. */
export async function prepareCanary(ctx: OperationContext): Promise<void> {
  const { db } = ctx.state;
  const customer = SELF_CUSTOMER;
  if ((await findSensor(db, { customer, sensorId: SENSOR })) === undefined)
    await createSensor({ ctx, input: { id: SENSOR } });
  const ids = RULES.map(({ id }) => id);
  const rules = await existingDocuments(db, { customer, kind: 'rule', ids });
  for (const rule of RULES)
    if (!rules.has(rule.id)) await putRule({ ctx, input: { id: rule.id, body: rule } });
  const contacts = await existingDocuments(db, { customer, kind: 'contact', ids: [CONTACT] });
  if (!contacts.has(CONTACT))
    await createContact({ ctx, input: { id: CONTACT, channel: 'null', settings: {} } });
}

/**
 * Sends a reading that raises an alert, waits until its notification has been delivered, and clears the alert again.
 * Answers how long the delivery took, ms. Rejects where it does not come through before the signal.
 */
export async function flyCanary(
  bus: Bus,
  door: { url: string; key: string; signal: AbortSignal },
): Promise<number> {
  const pulse = (value: number) => ({ sensor_id: SENSOR, readings: { pulse: value } });
  const delivered = nextDelivery(bus, door.signal);
  // Where the sending fails, nobody waits for this any more.
  delivered.catch(() => undefined);
  const begun = performance.now();
  // What a crash left standing is cleared first, so that the alert is raised anew.
  await sendReadings([pulse(CALM), pulse(RAISED)], door);
  try {
    await delivered;
    return performance.now() - begun;
  } finally {
    await sendReadings([pulse(CALM)], door);
  }
}

function nextDelivery(bus: Bus, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const unsubscribe = bus.subscribe('delivery', ({ customer, delivery }) => {
    if (customer !== SELF_CUSTOMER) return;
    if (delivery.type === 'raised' && delivery.state === 'sent') resolve();
  });
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  return promise.finally(() => {
    unsubscribe();
    signal.removeEventListener('abort', onAbort);
  });
}
