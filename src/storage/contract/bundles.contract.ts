import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alertRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import {
  bundleMembers,
  changeMembers,
  dueBundles,
  lastReleased,
  payloadsOfDigest,
  putOffBundle,
  whatIsKnown,
} from '../state/bundles.ts';
import { claimDue, insertNotifications, recordAttempts } from '../state/outbox.ts';
import { countBefore, nextStormDigest } from '../state/storms.ts';
import type { CreateStore } from './state-store.contract.ts';

const STORM = '["storm"]';

/** What waits for others must do on every engine. */
export function bundlesContract(name: string, createStore: CreateStore): void {
  describe(`bundles: ${name}`, () => {
    let store: Awaited<ReturnType<CreateStore>>;
    beforeEach(async () => {
      store = await createStore();
    });
    afterEach(() => store.close());

    const put = (...rows: ReturnType<typeof notificationRow>[]) =>
      store.transaction((tx) => insertNotifications(tx, rows));
    const claim = async (nowMs = T0) =>
      (await claimDue(store.db, { nowMs, limit: 10 })).map(({ id }) => id).sort();
    const key = { customer: 'main', contactId: 'anne', groupKey: 'g' };

    test('what waits is not taken to be sent, and is found by its bundle once one of it is due', async () => {
      const held = { group_key: 'g' };
      await put(
        notificationRow({ ...held, id: 'b', alert_id: 'b', created_at: T0 + 1 }),
        notificationRow({ ...held, id: 'a', alert_id: 'a', next_attempt_at: T0 + 60_000 }),
        notificationRow({ ...held, id: 'c', alert_id: 'c', contact_id: 'hook', created_at: T0 }),
        notificationRow({ ...held, id: 'd', alert_id: 'd', released_at: T0 }),
        notificationRow({ id: 'e', alert_id: 'e', group_key: 'later', next_attempt_at: T0 + 1 }),
      );
      await store.db
        .insertInto('alerts')
        .values(alertRow({ id: 'a', acknowledged: 1 }))
        .execute();
      expect(await claim()).toEqual(['d']);
      const due = await dueBundles(store.db, { nowMs: T0, limit: 10 });
      expect(due.map(({ contactId }) => contactId).sort()).toEqual(['anne', 'hook']);
      await store.transaction(async (tx) => {
        const members = await bundleMembers(tx, { ...key, limit: 10 });
        expect(members).toMatchObject([
          { id: 'a', alert_state: 'active', acknowledged: 1 },
          { id: 'b', alert_state: null, acknowledged: null },
        ]);
        expect(await lastReleased(tx, key)).toBe(T0);
        expect(await lastReleased(tx, { ...key, contactId: 'hook' })).toBeUndefined();
        await putOffBundle(tx, { ...key, untilMs: T0 + 99 });
      });
      const left = await dueBundles(store.db, { nowMs: T0 + 98, limit: 10 });
      expect(left.map(({ contactId, groupKey }) => `${contactId} ${groupKey}`).sort()).toEqual([
        'anne later',
        'hook g',
      ]);
    });

    test('what went out in a digest shares its fate, and what comes after it waits for it', async () => {
      await put(
        notificationRow({ id: 'm1', alert_id: 'a', group_key: 'g', payload: '1' }),
        notificationRow({ id: 'm2', alert_id: 'b', group_key: 'g', payload: '2' }),
        notificationRow({
          id: 'x',
          alert_id: 'a',
          group_key: 'g',
          released_at: T0,
          type: 'digest',
        }),
        notificationRow({ id: 'over', alert_id: 'b', type: 'cleared', created_at: T0 + 1 }),
      );
      await store.transaction((tx) =>
        changeMembers(tx, ['m1', 'm2'], { digest_id: 'x', released_at: T0, next_attempt_at: null }),
      );
      expect(await claim()).toEqual(['x']);
      expect(await payloadsOfDigest(store.db, { digestId: 'x', limit: 9 })).toMatchObject([
        { payload: '1' },
        { payload: '2' },
      ]);
      const attempt = { notificationId: 'x', atMs: T0, outcome: 'sent', detail: null };
      const next = { state: 'sent', receipt: 'r' } as const;
      await recordAttempts(store.db, [{ ...attempt, isDigest: true, next }]);
      const rows = await store.db.selectFrom('notifications').selectAll().execute();
      const sent = rows.filter(({ state, receipt }) => state === 'sent' && receipt === 'r');
      expect(sent.map(({ id }) => id).sort()).toEqual(['m1', 'm2', 'x']);
      expect(await claim()).toEqual(['over']);
    });

    test('what a contact knows of an alert is what does not wait', async () => {
      await put(
        notificationRow({ alert_id: 'a', created_at: T0 }),
        notificationRow({ alert_id: 'a', created_at: T0 + 5, group_key: 'g', released_at: T0 + 9 }),
        notificationRow({ alert_id: 'b', group_key: 'g' }),
        notificationRow({ alert_id: 'c', group_key: 'g', left_out: 'cleared' }),
        notificationRow({ alert_id: 'd', type: 'cleared' }),
        notificationRow({ alert_id: 'e', contact_id: 'hook' }),
      );
      const known = await store.transaction((tx) =>
        whatIsKnown(tx, { ...key, alertIds: ['a', 'b', 'c', 'd', 'e'] }),
      );
      expect([...known.toldMs]).toEqual([['a', T0 + 9]]);
      expect([...known.leftOut]).toEqual(['c']);
    });

    test('what was made for a contact before is counted as far as asked, and whether a storm set it aside', async () => {
      const some = Array.from({ length: 14 }, (_, at) =>
        notificationRow({ id: `n${String(at).padStart(2, '0')}`, alert_id: `${at}` }),
      );
      await put(
        ...some,
        notificationRow({ id: 'old', created_at: T0 - 600_000 }),
        notificationRow({ id: 'z', contact_id: 'zoe', created_at: T0 }),
        notificationRow({ id: 'y', contact_id: 'zoe', created_at: T0 - 1, group_key: STORM }),
        notificationRow({ id: 'x', contact_id: 'zoe', created_at: T0 - 2, group_key: 'g' }),
      );
      const ids = ['n00', 'n09', 'n10', 'n13', 'z'];
      const before = await countBefore(store.db, { ids, windowMs: 600_000, most: 10 });
      expect(ids.map((id) => before.get(id))).toEqual([
        { count: 0, hasStorm: false },
        { count: 9, hasStorm: false },
        { count: 10, hasStorm: false },
        { count: 10, hasStorm: false },
        { count: 1, hasStorm: true },
      ]);
    });

    test('when the next digest of a storm is due is known', async () => {
      const storm = { ...key, groupKey: STORM };
      const next = () => store.transaction((tx) => nextStormDigest(tx, storm));
      expect(await next()).toEqual({ waitingMs: undefined, lastMs: undefined });
      await put(
        notificationRow({ group_key: STORM, next_attempt_at: T0 + 7 }),
        notificationRow({ group_key: STORM, next_attempt_at: null, released_at: T0 - 3 }),
      );
      expect(await next()).toEqual({ waitingMs: T0 + 7, lastMs: T0 - 3 });
    });
  });
}
