import { alertFromRow } from '#storage/state/alert-row.ts';
import type { Bus, BusTopics, LiveReading } from '#stream/bus.ts';
import type { Group } from './group.ts';
import { readingsOf } from './stages/admit.ts';

// Tested by: processor.test.ts

/** Tells live listeners what has just become durable. */
export function publishGroup(group: Group, bus: Bus): void {
  if (bus.isWanted('samples')) {
    for (const tally of group.tallies) {
      const readings: LiveReading[] = readingsOf(tally);
      if (readings.length > 0)
        bus.publish('samples', { customer: tally.submission.customer, readings });
    }
  }
  for (const row of group.changed)
    bus.publish('alert', { customer: row.customer, alert: alertFromRow(row) });
  for (const event of appearancesOf(group)) bus.publish('sensors.appeared', event);
  const customers = new Set(group.unit.notifications.map(({ customer }) => customer));
  // Whom nobody has been told of yet is seen to by the clock, which the notifier has to set.
  for (const row of group.changed) if (row.next_repeat_at !== null) customers.add(row.customer);
  for (const customer of customers) bus.publish('outbox.filled', { customer });
}

/** Sensors that their first reading registered; those that people register have an audit entry, which tells of them. */
function appearancesOf({ unit }: Group): BusTopics['sensors.appeared'][] {
  if (unit.audit.length > 0) return [];
  const byCustomer = Map.groupBy(unit.newSensors, ({ customer }) => customer);
  return [...byCustomer].map(([customer, [sensor, ...others]]) => ({
    customer,
    sensorId: others.length > 0 ? null : (sensor?.sensor_id ?? null),
  }));
}
