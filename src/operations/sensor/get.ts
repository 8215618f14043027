import type { Sensor } from '#domain/sensor.ts';
import { authorize, type OperationContext } from '../context.ts';
import { viewSensor } from './sensor-view.ts';

export function getSensor({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<Sensor> {
  authorize(ctx, 'read');
  return viewSensor(ctx, input.id);
}
