import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Contact, Policy } from '#domain/notification.ts';
import {
  buildNotificationPayload,
  type NotificationPayload,
} from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { claimDue, insertNotifications } from '#storage/state/outbox.ts';
import type { AlertsTable, NotificationsTable } from '#storage/state/schema.ts';
import { type ClosableStore, createInProcessState } from '#test/support/in-process-state.ts';
import { contactOf } from '#test/support/send-request.ts';
import { alertRow, documentRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { sendBundles } from './send-bundles.ts';
import { gatherDigest } from './stages/gather-digest.ts';
import { holdStorm } from './storm-gate.ts';

const MINUTE = 60_000;
let store: ClosableStore;

beforeEach(async () => {
  store = await createInProcessState();
});
afterEach(() => store.close());

async function putContact(fields: Partial<Contact> = {}): Promise<void> {
  const contact = contactOf({ channel: 'email', settings: {}, ...fields });
  const row = documentRow({ kind: 'contact', id: contact.id, body: JSON.stringify(contact) });
  await store.db.insertInto('documents').values(row).execute();
}

/** An alert of which anne is to be told. */
async function put(
  id: string,
  { alert = {}, ...fields }: Partial<NotificationsTable> & { alert?: Partial<AlertsTable> } = {},
): Promise<void> {
  const row = alertRow({ id, ...alert });
  await store.db
    .insertInto('alerts')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const payload = buildNotificationPayload({
    alert: alertFromRow(row),
    rule: { id: 'too-warm' },
    sensor: { id: `sensor-${id}`, labels: {} },
  });
  const told = { id: `n-${id}`, alert_id: id, payload: JSON.stringify(payload), ...fields };
  await store.transaction((tx) => insertNotifications(tx, [notificationRow(told)]));
}

/** Takes what is due and answers what of it is to be sent by itself. */
async function take(nowMs: number, limit = 1000): Promise<string[]> {
  await sendBundles(store, nowMs);
  const rows = await claimDue(store.db, { nowMs, limit });
  return (await holdStorm(store, rows, nowMs)).map(({ id, type }) =>
    type === 'digest' ? type : id,
  );
}

const all = () => store.db.selectFrom('notifications').selectAll().orderBy('id').execute();

async function membersOf(digestId: string): Promise<string[]> {
  const row = (await all()).find(({ id }) => id === digestId)!;
  const parcel = await gatherDigest(
    { row: { ...row, contact: null }, type: 'digest', payload: {} as NotificationPayload },
    { state: store },
  );
  return parcel.payload.digest!.members.map(({ alert }) => alert.id);
}

describe('a storm', () => {
  const ids = (count: number) =>
    Array.from({ length: count }, (_, at) => `a${String(at).padStart(2, '0')}`);

  test('is told by its first ten, and then by a digest of the rest', async () => {
    await putContact();
    for (const id of ids(25)) await put(id);
    expect((await take(T0)).sort()).toEqual(ids(10).map((id) => `n-${id}`));
    const rows = await all();
    expect(rows.filter((row) => row.group_key !== null)).toHaveLength(15);
    for (const { id } of rows.slice(0, 10)) await settle(id);
    expect(await take(T0 + 29_999)).toEqual([]);
    expect(await take(T0 + 30_000)).toEqual(['digest']);
    const digest = (await all()).find(({ type }) => type === 'digest')!;
    expect(await membersOf(digest.id)).toEqual(ids(25).slice(10));
  });

  test('of 10,000 alerts is ten messages and five digests, in which every alert is listed once', async () => {
    await putContact();
    const rows = Array.from({ length: 10_000 }, (_, at) => {
      const alert = alertRow({ id: `a${String(at).padStart(5, '0')}` });
      const payload = buildNotificationPayload({
        alert: alertFromRow(alert),
        rule: { id: 'too-warm' },
        sensor: { id: 's', labels: {} },
      });
      const { id } = alert;
      return notificationRow({ id: `n-${id}`, alert_id: id, payload: JSON.stringify(payload) });
    });
    await store.transaction((tx) => insertNotifications(tx, rows));
    const told: string[] = [];
    for (let page = 0; page < 10_000 / 128; page++) {
      const alone = await take(T0, 128);
      for (const id of alone) await settle(id);
      told.push(...alone.map((id) => id.slice(2)));
    }
    expect(told).toHaveLength(10);
    expect(await take(T0 + 30_000)).toEqual(Array(5).fill('digest'));
    for (const { id, type } of await all()) {
      if (type === 'digest') told.push(...(await membersOf(id)));
    }
    expect(told.toSorted()).toEqual(rows.map(({ alert_id: id }) => id));
  });

  test('goes on while there are five in ten minutes, with a digest every three minutes', async () => {
    await putContact();
    for (const id of ids(12)) await put(id);
    await take(T0);
    for (const { id } of await all()) await settle(id, { unlessHeld: true });
    expect(await take(T0 + 30_000)).toEqual(['digest']);
    for (const { id } of await all()) await settle(id);
    const laterMs = T0 + 5 * MINUTE;
    await put('later', { created_at: laterMs, next_attempt_at: laterMs });
    await put('later2', { created_at: laterMs, next_attempt_at: laterMs });
    expect(await take(laterMs)).toEqual([]);
    expect(await take(laterMs + 30_000)).toEqual(['digest']);
    for (const { id } of await all()) await settle(id);
    const calmMs = T0 + 20 * MINUTE;
    await put('calm', { created_at: calmMs, next_attempt_at: calmMs });
    expect(await take(calmMs)).toEqual(['n-calm']);
  });

  test('does not count for programs, unless they ask for digests', async () => {
    await putContact({ channel: 'webhook' });
    await putContact({ id: 'hook', channel: 'webhook', storm: 'digest' });
    for (const id of ids(20)) await put(id);
    for (const id of ids(20)) await put(id, { id: `h-${id}`, contact_id: 'hook' });
    const taken = await take(T0);
    expect(taken.filter((id) => id.startsWith('n-'))).toHaveLength(20);
    expect(taken.filter((id) => id.startsWith('h-'))).toHaveLength(10);
  });

  test('is decided alike by two notifiers that each took a part', async () => {
    await putContact();
    for (const id of ids(30)) await put(id);
    const rows = await claimDue(store.db, { nowMs: T0, limit: 100 });
    const [one, other] = await Promise.all([
      holdStorm(store, rows.slice(15), T0),
      holdStorm(store, rows.slice(0, 15), T0),
    ]);
    expect([...one, ...other].map(({ id }) => id).sort()).toEqual(ids(10).map((id) => `n-${id}`));
  });
});

describe('a bundle', () => {
  const group = { group_key: '["group","p"]', policy_id: 'p' };

  async function putPolicy(): Promise<void> {
    const policy: Policy = {
      id: 'p',
      steps: [{ contacts: ['anne'] }],
      group: { by: [], wait: '30s', interval: '5m' },
      enabled: true,
      created_at: '',
      updated_at: '',
    };
    const body = JSON.stringify(policy);
    await store.db
      .insertInto('documents')
      .values(documentRow({ kind: 'policy', id: 'p', body }))
      .execute();
  }

  test('goes out as one when its first is due; what comes later waits for the interval', async () => {
    await putContact();
    await putPolicy();
    await put('a', group);
    await put('b', { ...group, next_attempt_at: T0 + 20_000 });
    expect(await take(T0)).toEqual(['digest']);
    const digest = (await all()).find(({ type }) => type === 'digest')!;
    expect(await membersOf(digest.id)).toEqual(['a', 'b']);
    await settle(digest.id);
    await put('c', { ...group, created_at: T0 + MINUTE, next_attempt_at: T0 + 90_000 });
    expect(await take(T0 + 90_000)).toEqual([]);
    expect(await take(T0 + 5 * MINUTE)).toEqual(['n-c']);
  });

  test('is made once by two notifiers, and sent with the same id after a crash', async () => {
    await putContact();
    await putPolicy();
    await put('a', group);
    await put('b', group);
    await Promise.all([sendBundles(store, T0), sendBundles(store, T0)]);
    const [first] = await claimDue(store.db, { nowMs: T0, limit: 10 });
    const [again] = await claimDue(store.db, { nowMs: T0, limit: 10 });
    expect(first).toMatchObject({ type: 'digest' });
    expect(again?.id).toBe(first?.id);
    expect((await all()).filter(({ type }) => type === 'digest')).toHaveLength(1);
    expect(await membersOf(first!.id)).toEqual(['a', 'b']);
  });

  test('of one alert goes out by itself, in its order', async () => {
    await putContact();
    await put('a', group);
    await put('a', { ...group, id: 'over', type: 'cleared', created_at: T0 + 1 });
    expect(await take(T0)).toEqual(['n-a']);
    await settle('n-a');
    expect(await take(T0)).toEqual(['over']);
  });

  test('leaves out an alarm that somebody has seen to', async () => {
    await putContact();
    await put('a', { ...group, alert: { acknowledged: 1 } });
    await put('b', group);
    expect(await take(T0)).toEqual(['n-b']);
    expect((await all()).find(({ id }) => id === 'n-a')).toMatchObject({
      state: 'given_up',
      left_out: 'acknowledged',
      next_attempt_at: null,
    });
  });
});

describe('after quiet hours', () => {
  const quiet = { group_key: '["quiet","p"]' };

  test('what is over is left out, and so is that it is over', async () => {
    await putContact();
    const over = { state: 'cleared' } as const;
    await put('a', { ...quiet, alert: over });
    await put('a', { ...quiet, id: 'over-a', type: 'cleared', created_at: T0 + 1 });
    await put('b', { ...quiet, alert: over, id: 'over-b', type: 'cleared' });
    expect(await take(T0)).toEqual(['over-b']);
    const rows = await all();
    expect(rows.map(({ id, left_out: reason }) => `${id} ${reason}`)).toEqual([
      'n-a cleared',
      'over-a never_told',
      'over-b null',
    ]);
  });

  test('of several alarms of one alert the last is told, if nothing was told since', async () => {
    await putContact();
    await put('a', quiet);
    await put('a', { ...quiet, id: 'n-a2', type: 'escalated', created_at: T0 + 1 });
    await put('b', quiet);
    await put('b', {
      id: 'b-loud',
      type: 'severity_changed',
      created_at: T0 + 1,
      state: 'sent',
      next_attempt_at: null,
    });
    expect(await take(T0)).toEqual(['n-a2']);
    const left = (await all()).filter(({ left_out: reason }) => reason === 'told_since');
    expect(left.map(({ id }) => id)).toEqual(['n-a', 'n-b']);
  });
});

/** As if it had been sent. */
async function settle(id: string, { unlessHeld = false } = {}): Promise<void> {
  let update = store.db
    .updateTable('notifications')
    .set({ state: 'sent', next_attempt_at: null })
    .where('id', '=', id);
  if (unlessHeld) update = update.where('group_key', 'is', null);
  await update.execute();
}
