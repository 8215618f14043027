import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Delivery } from '#domain/notification.ts';
import { type Attempt, insertNotifications } from '#storage/state/outbox.ts';
import { Bus } from '#stream/bus.ts';
import { type ClosableStore, createInProcessState } from '#test/support/in-process-state.ts';
import { notificationRow, T0 } from '#test/support/state-rows.ts';
import { Ledger } from './ledger.ts';

let store: ClosableStore;
let bus: Bus;
const errors: unknown[] = [];
const log = { error: (...about: unknown[]) => void errors.push(about) };

const sent = (notificationId: string): Attempt => ({
  notificationId,
  atMs: T0,
  outcome: 'sent',
  detail: null,
  next: { state: 'sent', receipt: 'ok' },
});

beforeEach(async () => {
  store = await createInProcessState();
  bus = new Bus();
  errors.length = 0;
  const ids = Array.from({ length: 120 }, (_, at) => `n${at}`);
  await store.transaction((tx) =>
    insertNotifications(
      tx,
      ids.map((id) => notificationRow({ id, alert_id: id })),
    ),
  );
});
afterEach(() => store.close());

const stateOf = (id: string) =>
  store.db.selectFrom('notifications').select('state').where('id', '=', id).executeTakeFirst();

describe('the ledger', () => {
  test('writes down all that comes at one time, and tells who listens', async () => {
    const heard: Delivery[] = [];
    bus.subscribe('delivery', ({ delivery }) => heard.push(delivery));
    const ledger = new Ledger({ state: store, bus, log });
    await Promise.all(Array.from({ length: 120 }, (_, at) => ledger.write(sent(`n${at}`))));
    expect(await stateOf('n119')).toEqual({ state: 'sent' });
    expect(heard).toHaveLength(120);
    expect(heard[0]).toMatchObject({
      state: 'sent',
      receipt: 'ok',
      attempts: [{ outcome: 'sent' }],
    });
    expect(errors).toEqual([]);
  });

  test('waits while the storage takes no writes, and loses nothing', async () => {
    await store.db.schema.alterTable('delivery_attempts').renameTo('gone').execute();
    const ledger = new Ledger({ state: store, bus, log, retryAfterMs: 5 });
    const written = ledger.write(sent('n1'));
    while (errors.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await stateOf('n1')).toEqual({ state: 'queued' });
    await store.db.schema.alterTable('gone').renameTo('delivery_attempts').execute();
    await written;
    expect(await stateOf('n1')).toEqual({ state: 'sent' });
  });

  test('lets go, when it is closed, of what could not be written', async () => {
    await store.db.schema.alterTable('delivery_attempts').renameTo('gone').execute();
    const ledger = new Ledger({ state: store, bus, log, retryAfterMs: 5 });
    const written = ledger.write(sent('n1'));
    while (errors.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    ledger.close();
    await written;
    expect(await stateOf('n1')).toEqual({ state: 'queued' });
  });
});
