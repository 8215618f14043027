import { VigieError } from '#domain/errors.ts';
import type { OutOfService } from '#domain/out-of-service.ts';
import { OutOfServiceInput } from '#domain/questions.ts';
import type { Sensor } from '#domain/sensor.ts';
import { lookAtSuppressed } from '#storage/state/alarms.ts';
import { findDocument } from '#storage/state/documents.ts';
import { setOutOfService } from '#storage/state/sensors.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { audited, authorize, type OperationContext } from '../context.ts';
import { inputEnd } from '../input-end.ts';
import { builtInRule } from '../rule/built-in.ts';
import { knownSensor, viewSensor } from './sensor-view.ts';

// Tested by: test/e2e/alert-lifecycle.test.ts

const check = inputCheck(OutOfServiceInput);

/**
 * Takes a sensor out of service, with a reason: nobody is told of its alerts until it is brought back, or the end that is
 * given; with `rules` only of those of these rules. Said again it replaces what was said. Throws `invalid_request` for a
 * rule that is not there.
 */
export async function takeOutOfService({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown };
}): Promise<Sensor> {
  authorize(ctx, 'admin');
  const { customer, who } = ctx.caller;
  const { id } = input;
  const body = check(input.body);
  const nowMs = ctx.clock.now();
  const untilMs = inputEnd(body, nowMs) ?? null;
  const { reason, rules } = body;
  const service: OutOfService = { reason, by: who, sinceMs: nowMs, untilMs, rules };
  const change = { action: 'sensor.out-of-service', target: `sensor/${id}`, detail: body };
  await audited(ctx, change, async (tx) => {
    const { row } = await knownSensor(tx, { customer, sensorId: id });
    await refuseUnknown(tx, customer, rules ?? []);
    await setOutOfService(tx, { pk: row.pk, service });
    // Of what was put aside before, something may not be any more.
    await lookAtSuppressed(tx, { sensorPk: row.pk, by: 'out-of-service', nowMs });
  });
  ctx.bus.publish('sensors.changed', { customer, sensorId: id });
  ctx.bus.publish('outbox.filled', { customer });
  return viewSensor(ctx, id);
}

/** A name that is written wrongly would put nothing aside. */
async function refuseUnknown(
  tx: StateTransaction,
  customer: string,
  rules: readonly string[],
): Promise<void> {
  for (const [at, id] of rules.entries()) {
    if (builtInRule(id) || (await findDocument(tx, { customer, kind: 'rule', id }))) continue;
    throw refuse([{ pointer: `/rules/${at}`, detail: 'is no rule' }]);
  }
}

/** Brings a sensor back; of its alerts, those that still stand are told now. Throws `invalid_state` where it serves. */
export async function returnToService({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<Sensor> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const { id } = input;
  const nowMs = ctx.clock.now();
  const change = { action: 'sensor.return-to-service', target: `sensor/${id}` };
  await audited(ctx, change, async (tx) => {
    const { row } = await knownSensor(tx, { customer, sensorId: id });
    if (row.out_of_service === null)
      throw new VigieError('invalid_state', 'The sensor is not out of service.');
    await setOutOfService(tx, { pk: row.pk, service: null });
    await lookAtSuppressed(tx, { sensorPk: row.pk, by: 'out-of-service', nowMs });
  });
  ctx.bus.publish('sensors.changed', { customer, sensorId: id });
  ctx.bus.publish('outbox.filled', { customer });
  return viewSensor(ctx, id);
}
