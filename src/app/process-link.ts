import type { LifecycleStep } from '#platform/shutdown.ts';
import type { PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { type Change, customersOf, ProcessLink } from '#storage/postgres/process-link.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { findAlert } from '#storage/state/alerts.ts';
import type { BusTopic, BusTopics } from '#stream/bus.ts';
import { type AppContext, built } from './app-storage.ts';

// Tested by: test/scale/roles.test.ts

/** What processes tell each other as it is; changes that people make come by their audit entries. */
const MESSAGES: ReadonlySet<BusTopic> = new Set<BusTopic>([
  'alert',
  'alert.changed',
  'delivery',
  'outbox.filled',
  'samples',
  'samples.wanted',
  'sensors.appeared',
]);
/** An alert that a person changed is read anew and shown; everything else is read by whoever remembers it. */
const TOPICS: Record<string, 'routing.changed' | 'keys.changed'> = {
  contact: 'routing.changed',
  policy: 'routing.changed',
  'on-call': 'routing.changed',
  'maintenance-window': 'routing.changed',
  key: 'keys.changed',
  session: 'keys.changed',
};
/** So long after somebody asked for live samples they are told to other processes; who still wants them asks again. */
const WANTED_MS = 30_000;
const ASK_MS = 10_000;
const LOOK_MS = 500;

/** Carries the bus between the processes of one database. */
export function createProcessLink(
  { bus, logger, clock }: Pick<AppContext, 'bus' | 'logger' | 'clock'>,
  { url, owner, database }: { url: string; owner: string; database: () => PostgresStorage },
): LifecycleStep {
  let link: ProcessLink | undefined;
  let askTimer: NodeJS.Timeout | undefined;
  let wantedUntilMs = 0;
  let askedMs = 0;

  async function showAlert(customer: string, id: string): Promise<void> {
    const row = await findAlert(database().state.db, { customer, id });
    if (row === undefined) return;
    bus.receive('alert', { customer, alert: alertFromRow(row) });
    bus.receive('alert.changed', { customer, sensorId: row.sensor_id, ruleId: row.rule_id });
  }

  function takeOver({ customer, action, target }: Change): void {
    bus.receive('changed', { customer, action, target });
    const noun = action.split('.', 1)[0] ?? '';
    const id = target.slice(target.indexOf('/') + 1);
    const topic = TOPICS[noun];
    // Of a new session nobody has to forget anything.
    if (action === 'session.create') return;
    if (topic === 'keys.changed') bus.receive(topic, { customer, isNew: action === 'key.create' });
    else if (topic !== undefined) bus.receive(topic, { customer });
    else if (noun === 'rule') bus.receive('rules.changed', { customer, ruleId: id });
    else if (noun === 'sensor') bus.receive('sensors.changed', { customer, sensorId: id });
    else if (noun === 'alert') {
      showAlert(customer, id).catch((error: unknown) =>
        logger.warn({ err: error }, 'a changed alert could not be read'),
      );
      bus.receive('outbox.filled', { customer });
    }
  }

  async function catchUp(): Promise<void> {
    for (const customer of await customersOf(database().pool)) {
      bus.receive('rules.changed', { customer });
      for (const topic of new Set(Object.values(TOPICS))) bus.receive(topic, { customer });
      bus.receive('outbox.filled', { customer });
      bus.receive('word.lost', { customer });
    }
  }

  const areSamplesWanted = (): boolean => clock.now() <= wantedUntilMs;

  /** While somebody looks on here, the other processes tell what they take in. */
  function askForSamples(): void {
    if (!bus.hasListeners('samples')) askedMs = 0;
    else if (clock.now() - askedMs >= ASK_MS) {
      askedMs = clock.now();
      bus.publish('samples.wanted', {});
    }
  }

  function carry<T extends BusTopic>(topic: T, event: BusTopics[T]): void {
    if (!MESSAGES.has(topic)) return;
    if (topic === 'samples' && !areSamplesWanted()) return;
    for (const part of partsOf(topic, event)) built(link).send({ topic, event: part });
  }

  return {
    name: 'link',
    async start() {
      link = new ProcessLink({
        url,
        pool: database().pool,
        owner,
        log: logger,
        onChange: takeOver,
        onMessage: ({ topic, event }) => {
          if (topic === 'samples.wanted') wantedUntilMs = clock.now() + WANTED_MS;
          else if (MESSAGES.has(topic as BusTopic)) bus.receive(topic as BusTopic, event as never);
        },
        onGap: catchUp,
      });
      await link.start();
      bus.carryBy({
        carry,
        isBrought: (topic) => topic === 'changed',
        isWanted: (topic) => (topic === 'samples' ? areSamplesWanted() : MESSAGES.has(topic)),
      });
      askTimer = setInterval(askForSamples, LOOK_MS);
    },
    async stop() {
      clearInterval(askTimer);
      bus.carryBy(undefined);
      await link?.close();
    },
  };
}

const READINGS_A_MESSAGE = 20;

/** Readings in portions that fit into a message. */
function* partsOf<T extends BusTopic>(topic: T, event: BusTopics[T]): Generator<unknown> {
  if (topic !== 'samples') {
    yield event;
    return;
  }
  const { customer, readings } = event as BusTopics['samples'];
  for (let at = 0; at < readings.length; at += READINGS_A_MESSAGE) {
    yield { customer, readings: readings.slice(at, at + READINGS_A_MESSAGE) };
  }
}
