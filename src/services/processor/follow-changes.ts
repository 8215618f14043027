import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#platform/logging.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import type { Bus } from '#stream/bus.ts';
import type { Group } from './group.ts';
import { type BrokenRule, loadBook } from './load.ts';
import type { Processor } from './processor.ts';
import { applyRules } from './reconcile.ts';
import type { RuleBook } from './rule-book.ts';
import { takeOverAlert, takeOverShelves } from './take-over-alert.ts';
import { takeOverSensor } from './take-over-sensor.ts';

// Tested by: processor.test.ts

const WAIT_MS = 100;
const SHARE = 2000;

/**
 * Follows what people change: rules, contacts and policies, sensors, alerts. Each change waits in line with
 * the readings, so that a reading is judged wholly before or wholly after it. Returns how to stop.
 */
export function followChanges(
  processor: Processor,
  { bus, db, log }: { bus: Bus; db: StateDb; log: Logger },
): () => void {
  const onBroken: BrokenRule = (rule, error) =>
    log.error({ rule: rule.id, err: error }, 'a rule does not compile and is left out');
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
    bus.subscribe('rules.changed', ({ customer }) =>
      note(() => reloadRules(customer), 'changed rules'),
    ),
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

  /**
   * What comes after the change is judged by the new rules. In a large fleet that is so for the first share of the
   * sensors; the others follow share by share, so that nobody's readings are held up.
   */
  async function reloadRules(customer: string): Promise<void> {
    const { fleet, evaluator, timers } = processor;
    let book: RuleBook | undefined;
    let from = 0;
    let isDone = false;
    const applyShare = (group: Group, rules: RuleBook): void => {
      const sensors = [...fleet.sensorsOf(customer).values()];
      applyRules(group, sensors.slice(from, from + SHARE), { book: rules, evaluator, timers });
      from += SHARE;
      isDone = from >= sensors.length;
    };
    await processor.run(async (group) => {
      book = await loadBook(db, customer, onBroken);
      fleet.setBook(customer, book);
      applyShare(group, book);
    });
    while (!isDone) {
      await processor.run((group) => {
        // A newer change brings its own rules; a state that was loaded anew has them already.
        const isOld = fleet !== processor.fleet || fleet.bookOf(customer) !== book;
        if (book === undefined || isOld) isDone = true;
        else applyShare(group, book);
      });
    }
  }

  function reloadSensor(customer: string, sensorId: string): Promise<void> {
    return processor.run((group) => takeOverSensor(group, processor, { customer, sensorId, db }));
  }

  return () => {
    isStopped = true;
    for (const stop of stops) stop();
  };
}
