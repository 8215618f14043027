import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Alert } from '#domain/alert.ts';
import type { RuleInput } from '#domain/rule.ts';
import { listAlerts } from '#operations/alert/list.ts';
import type { OperationContext } from '#operations/context.ts';
import { Metrics } from '#platform/metrics.ts';
import { closeChannels, createChannels } from '#services/notifier/channels/registry.ts';
import { createNotifier, type Notifier } from '#services/notifier/notifier.ts';
import type { AlertsTable, NotificationsTable } from '#storage/state/schema.ts';
import { createClock, createOperations } from './operations.ts';
import { createProcessor } from './processor.ts';
import { documentRow } from './state-rows.ts';
import { createWebhookReceiver } from './webhook-receiver.ts';

/** A processor and a notifier over the real embedded stores, one webhook, and a clock that a test moves. */
export interface AlarmWorld {
  clock: { now(): number; advance(ms: number): void };
  /** What people do is done with this, as the operations take it. */
  ctx(): OperationContext;
  send(sensorId: string, temperature: number): Promise<void>;
  putRule(rule: RuleInput): Promise<void>;
  /** Stops everything and starts it over the same folder; a crash remembers nothing at its end. */
  restart(how: 'crash' | 'stop'): Promise<void>;
  /** Waits until everybody has done what is to be done at this time of the clock. */
  settle(): Promise<void>;
  /** What the API lists, newest first. */
  alerts(ruleId: string): Promise<Alert[]>;
  /** In the order in which they were raised. */
  rows(ruleId: string): Promise<AlertsTable[]>;
  ledger(alertId: string): Promise<NotificationsTable[]>;
  /** What came in at the webhook: type and alert, in order, each id once; and how often an id came again. */
  heard(): { type: string; alertId: string }[];
  heardTwice(): number;
}

const START = Date.UTC(2026, 10, 22, 5);
const SOON_MS = 2;
const LONG_MS = 8000;

export async function createAlarmWorld(): Promise<AlarmWorld> {
  const clock = createClock(START);
  const receiver = await createWebhookReceiver(onTestFinished);
  const channels = createChannels({ allowPrivate: true, clock, publicUrl: 'http://vigie.test' });
  const engine = await createProcessor({ clock });
  let notifier: Notifier;
  let ctx: OperationContext;

  async function open(): Promise<void> {
    const { state } = engine.storage;
    const operations = await createOperations({ state, bus: engine.bus, clock });
    ctx = operations.as('main');
    notifier = createNotifier({
      state,
      bus: engine.bus,
      clock,
      channels,
      log: { info() {}, warn() {}, error() {} },
      metrics: new Metrics(),
    });
    notifier.start();
  }

  await open();
  onTestFinished(async () => {
    await notifier.stop(300);
    closeChannels(channels);
  });
  const contact = {
    ...{ id: 'anne', name: 'Anne', channel: 'webhook', enabled: true, revision: 1 },
    ...{ language: 'en', settings: { url: receiver.url } },
  };
  const row = documentRow({ kind: 'contact', id: 'anne', body: JSON.stringify(contact) });
  await engine.storage.state.db.insertInto('documents').values(row).execute();
  engine.bus.publish('routing.changed', { customer: 'main' });

  const db = () => engine.storage.state.db;
  const isBusy = async (): Promise<boolean> => {
    await engine.processor.run(() => undefined);
    const nowMs = clock.now();
    const waiting = await db()
      .selectFrom('notifications')
      .select('id')
      .where('next_attempt_at', '<=', nowMs)
      .limit(1)
      .executeTakeFirst();
    const due = await db()
      .selectFrom('alerts')
      .select('id')
      .where('next_repeat_at', '<=', nowMs)
      .limit(1)
      .executeTakeFirst();
    return waiting !== undefined || due !== undefined;
  };
  const bodies = () =>
    receiver.received.map(({ body, headers }) => ({
      ...(JSON.parse(body) as { type: string; data: { alert: { id: string } } }),
      id: headers['webhook-id'],
    }));

  return {
    clock,
    ctx: () => ctx,
    async send(sensorId, temperature) {
      await engine.send({ sensor_id: sensorId, readings: { temperature } });
    },
    putRule: (rule) => engine.putRule(rule),
    async restart(how) {
      await notifier.stop(300);
      await engine.restart(how);
      await open();
    },
    async settle() {
      engine.bus.publish('outbox.filled', { customer: 'main' });
      const deadline = Date.now() + LONG_MS;
      while (await isBusy()) {
        if (Date.now() > deadline) throw new Error('something is due and is not done');
        await sleep(SOON_MS);
      }
      await engine.processor.run(() => undefined);
    },
    alerts: async (ruleId) => (await listAlerts({ ctx, input: { rule_id: ruleId } })).items,
    rows: (ruleId) =>
      db().selectFrom('alerts').selectAll().where('rule_id', '=', ruleId).orderBy('id').execute(),
    ledger: (alertId) =>
      db().selectFrom('notifications').selectAll().where('alert_id', '=', alertId).execute(),
    heard() {
      const seen = new Map(bodies().map((body) => [body.id, body]));
      return [...seen.values()].map(({ type, data }) => ({
        type: type.replace('vigie.alert.', ''),
        alertId: data.alert.id,
      }));
    },
    heardTwice: () => bodies().length - new Set(bodies().map(({ id }) => id)).size,
  };
}
