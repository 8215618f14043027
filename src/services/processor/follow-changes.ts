import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#platform/logging.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import type { Bus } from '#stream/bus.ts';
import type { Processor } from './processor.ts';
import { RuleChanges } from './rule-changes.ts';
import { takeOverAlert, takeOverShelves } from './take-over-alert.ts';
import { takeOverSensor } from './take-over-sensor.ts';

// Tested by: processor.test.ts

const WAIT_MS = 100;

/**
 * Follows what people change: rules, contacts and policies, sensors, alerts. Each change waits in line with
 * the readings, so that a reading is judged wholly before or wholly after it. Returns how to stop.
 */
export function followChanges(
  processor: Processor,
  { bus, db, log }: { bus: Bus; db: StateDb; log: Logger },
): () => void {
  const ruleChanges = new Map<string, RuleChanges>();
  let isStopped = false;
  /** What a group that failed was to take over is read with the state that is loaded next. */
  const takeOver = async (work: () => Promise<void>, what: string): Promise<void> => {
    // While the state is being loaded, a change may come too late for it: it waits until readings are taken again.
    while (processor.failure !== undefined && !isStopped) await sleep(WAIT_MS);
    if (isStopped) return;
    await work().catch((error: unknown) => log.error({ err: error }, `${what}: not taken over`));
  };
  const note = (work: () => Promise<void>, what: string): void => void takeOver(work, what);
  const stops = [
    bus.subscribe('rules.changed', ({ customer, ruleId }) => rulesOf(customer).note(ruleId)),
    bus.subscribe('routing.changed', ({ customer }) =>
      note(
        () =>
          processor.run(async () => {
            await processor.reloadRouting(customer);
            // It is also what comes after word from other processes was missed.
            await takeOverShelves(processor, { customer, db });
          }),
        'changed contacts or policies',
      ),
    ),
    bus.subscribe('sensors.changed', ({ customer, sensorId }) =>
      note(() => reloadSensor(customer, sensorId), 'a changed sensor'),
    ),
    bus.subscribe('alert.changed', (about) =>
      note(
        () => processor.run((group) => takeOverAlert(group, processor, { ...about, db })),
        'a changed alert',
      ),
    ),
  ];

  function rulesOf(customer: string): RuleChanges {
    let changes = ruleChanges.get(customer);
    if (changes === undefined) {
      changes = new RuleChanges(processor, { customer, db, log });
      ruleChanges.set(customer, changes);
    }
    return changes;
  }

  function reloadSensor(customer: string, sensorId: string): Promise<void> {
    return processor.run((group) => takeOverSensor(group, processor, { customer, sensorId, db }));
  }

  return () => {
    isStopped = true;
    for (const stop of stops) stop();
    for (const changes of ruleChanges.values()) changes.stop();
  };
}
