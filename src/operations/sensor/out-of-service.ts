import { VigieError } from '#domain/errors.ts';
import type { OutOfService } from '#domain/out-of-service.ts';
import { OutOfServiceInput } from '#domain/questions.ts';
import type { Sensor } from '#domain/sensor.ts';
import { lookAtSuppressed } from '#storage/state/alarms.ts';
import { setOutOfService } from '#storage/state/sensors.ts';
import { inputCheck } from '../check-input.ts';
import { audited, authorize, type OperationContext } from '../context.ts';
import { inputEnd } from '../input-end.ts';
import { knownSensor, viewSensor } from './sensor-view.ts';

const check = inputCheck(OutOfServiceInput);

/** Takes a sensor out of service, with a reason: nobody is told of its alerts until it is brought back, or the end that is given. */
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
  const service: OutOfService = { reason: body.reason, by: who, sinceMs: nowMs, untilMs };
  const change = { action: 'sensor.out-of-service', target: `sensor/${id}`, detail: body };
  await audited(ctx, change, async (tx) => {
    const { row } = await knownSensor(tx, { customer, sensorId: id });
    await setOutOfService(tx, { pk: row.pk, service });
  });
  ctx.bus.publish('sensors.changed', { customer, sensorId: id });
  return viewSensor(ctx, id);
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
