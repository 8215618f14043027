import { Type } from 'typebox';
import { ThingId } from '#domain/rule.ts';
import { SensorId } from '#domain/sensor.ts';

// What the routes of every collection have in common.

export const Nothing = Type.Null({ description: 'Done' });
export const ThingParams = Type.Object({ id: ThingId });
export const SensorParams = Type.Object({ id: SensorId });
/** Ids that the platform gives (alerts, deliveries, keys). */
export const GivenIdParams = Type.Object({ id: Type.String({ maxLength: 100 }) });
