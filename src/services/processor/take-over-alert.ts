import { findOpenAlert, findShelf, shelves } from '#storage/state/alarms.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import type { Group } from './group.ts';
import type { Processor } from './processor.ts';
import { judgeAnew } from './reconcile.ts';

// Tested by: test/scale/alert-lifecycle.test.ts

/** What people and the notifier change of an alert; the rest is the processor's own. */
const THEIRS = [
  'acknowledged',
  'acknowledged_at',
  'acknowledged_by',
  'assignee',
  'shelved_until',
  'shelve_one_shot',
  'shelved_by',
  'shelve_reason',
  'suppressed_by',
  'told',
  'next_repeat_at',
] as const satisfies readonly (keyof AlertsTable)[];

/** Brings the alert of a rule on a sensor to what the store says of it after a person or the notifier has changed it. */
export async function takeOverAlert(
  group: Group,
  processor: Processor,
  {
    customer,
    sensorId,
    ruleId,
    db,
  }: { customer: string; sensorId: string; ruleId: string; db: StateDb },
): Promise<void> {
  const { fleet, evaluator, timers } = processor;
  const sensor = fleet.find(customer, sensorId);
  const instance = sensor?.instances.find(({ rule }) => rule.rule.id === ruleId);
  if (sensor === undefined || instance === undefined) return;
  // A change of a group under way is not in the store yet.
  await processor.settled();
  const about = { ruleId, sensorPk: sensor.pk };
  instance.shelf = await findShelf(db, { ...about, nowMs: group.nowMs });
  if (instance.alert === undefined) return;
  const row = await findOpenAlert(db, about);
  if (row?.id === instance.alert.id) {
    const theirs = Object.fromEntries(THEIRS.map((field) => [field, row[field]]));
    instance.alert = { ...instance.alert, ...theirs };
    return;
  }
  // It was reset. Where its condition had come back just then, it is raised anew.
  const isBack = instance.alert.returned_at === null;
  instance.alert = undefined;
  if (!isBack) return;
  instance.state = undefined;
  judgeAnew(group, instance, evaluator);
  timers.schedule(instance);
  group.touched.add(sensor);
}

/** Brings every shelf of a customer to what the store says, where word of one may have been missed. */
export async function takeOverShelves(
  { fleet, clock }: Pick<Processor, 'fleet' | 'clock'>,
  { customer, db }: { customer: string; db: StateDb },
): Promise<void> {
  const found = Map.groupBy(await shelves(db, clock.now()), ({ sensorPk }) => sensorPk);
  for (const sensor of fleet.sensorsOf(customer).values()) {
    const standing = found.get(sensor.pk);
    for (const instance of sensor.instances) {
      // Nearly all of what may be a million instances ends here.
      if (standing === undefined && instance.shelf === undefined) continue;
      const { id } = instance.rule.rule;
      // The one that stands longest.
      instance.shelf = standing?.findLast(({ ruleId }) => ruleId === id)?.shelf;
    }
  }
}
