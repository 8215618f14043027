import { VigieError } from '#domain/errors.ts';
import { auditRow, authorize, type OperationContext, tellChange } from '../context.ts';

/**
 * Removes the sensor with its series; its open alerts are cleared and stay in the list. Samples stay stored until the
 * retention removes them, out of reach. A sensor that sends again registers itself anew.
 */
export async function deleteSensor({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<void> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const { id } = input;
  const change = { action: 'sensor.delete', target: `sensor/${id}` };
  const isRemoved = await ctx.registry.remove({
    customer,
    sensorId: id,
    audit: auditRow(ctx, change),
  });
  if (!isRemoved) throw new VigieError('not_found', `There is no sensor ${id}.`);
  tellChange(ctx, change);
  ctx.bus.publish('sensors.changed', { customer, sensorId: id });
}
