import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatTime } from '#domain/time.ts';
import { alertRow, documentRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { failuresOfContacts } from '../state/contact-failures.ts';
import { findDeliveries, findDelivery, listDeliveryRows } from '../state/deliveries.ts';
import {
  advanceRepeat,
  claimDue,
  findDueRepeats,
  insertNotifications,
  nextDueAfter,
  recordAttempts,
} from '../state/outbox.ts';
import {
  contactsWaiting,
  latestPayload,
  leaveOutWaiting,
  notificationsOfAlert,
  toldContacts,
} from '../state/told.ts';
import type { CreateStore } from './state-store.contract.ts';

/** What the outbox must do on every engine. */
export function outboxContract(name: string, createStore: CreateStore): void {
  describe(`outbox: ${name}`, () => {
    let store: Awaited<ReturnType<CreateStore>>;
    beforeEach(async () => {
      store = await createStore();
    });
    afterEach(() => store.close());

    const put = (...rows: ReturnType<typeof notificationRow>[]) =>
      store.transaction((tx) => insertNotifications(tx, rows));

    const claim = async (query: Partial<Parameters<typeof claimDue>[1]> = {}) =>
      (await claimDue(store.db, { nowMs: T0, limit: 10, ...query })).map(({ id }) => id);

    test('what is due is claimed, the longest due first, and nothing that waits or is done', async () => {
      await put(
        notificationRow({ id: 'later', alert_id: 'a', next_attempt_at: T0 + 1 }),
        notificationRow({ id: 'second', alert_id: 'b', next_attempt_at: T0 }),
        notificationRow({ id: 'first', alert_id: 'c', next_attempt_at: T0 - 1, attempts: 2 }),
        notificationRow({ id: 'sent', alert_id: 'd', next_attempt_at: null, state: 'sent' }),
      );
      expect(await claim()).toEqual(['first', 'second']);
      expect(await claim({ limit: 1 })).toEqual(['first']);
    });

    test('what is being worked on, and who has enough waiting, is left out', async () => {
      await put(
        notificationRow({ id: 'a', alert_id: 'a', contact_id: 'anne' }),
        notificationRow({ id: 'b', alert_id: 'b', contact_id: 'anne' }),
        notificationRow({ id: 'c', alert_id: 'c', contact_id: 'hook' }),
        notificationRow({ id: 'd', alert_id: 'd', contact_id: 'anne', customer: 'other' }),
      );
      expect((await claim({ exceptIds: ['a', 'c'] })).sort()).toEqual(['b', 'd']);
      const anne = { customer: 'main', contactId: 'anne' };
      expect((await claim({ exceptContacts: [anne] })).sort()).toEqual(['c', 'd']);
    });

    test('a contact fails by the latest notification that was tried, unless it was changed since', async () => {
      for (const id of ['anne', 'hook', 'zoe']) {
        const row = documentRow({ kind: 'contact', id, body: '{}' });
        await store.db.insertInto('documents').values(row).execute();
      }
      await put(
        notificationRow({ id: 'a1', contact_id: 'anne', created_at: T0 }),
        notificationRow({ id: 'a2', contact_id: 'anne', created_at: T0 + 1 }),
        notificationRow({ id: 'a3', contact_id: 'anne', created_at: T0 + 9 }),
        notificationRow({ id: 'h1', contact_id: 'hook', created_at: T0 }),
        notificationRow({ id: 'z1', contact_id: 'anne', customer: 'other', created_at: T0 + 5 }),
      );
      const attempt = (notificationId: string, atMs: number, detail: string) => ({
        notificationId,
        atMs,
        outcome: 'failed',
        detail,
        next: { state: 'failed', nextAttemptMs: atMs + 1000 } as const,
      });
      const ask = async (updatedMs = T0) => {
        const contacts = ['anne', 'hook', 'zoe'].map((id) => ({ id, updatedMs }));
        return [...(await failuresOfContacts(store.db, { customer: 'main', contacts }))];
      };
      expect(await ask()).toEqual([]);
      await recordAttempts(store.db, [
        attempt('a1', T0 + 10, 'older'),
        attempt('a2', T0 + 20, 'first'),
        attempt('z1', T0 + 20, 'of another customer'),
      ]);
      await recordAttempts(store.db, [attempt('a2', T0 + 30, 'second')]);
      await recordAttempts(store.db, [
        { ...attempt('h1', T0, ''), outcome: 'sent', next: { state: 'sent', receipt: null } },
      ]);
      const since = formatTime(T0 + 20);
      expect(await ask()).toEqual([['anne', { since, detail: 'second' }]]);
      const changed = formatTime(T0 + 30);
      expect(await ask(T0 + 25)).toEqual([['anne', { since: changed, detail: 'second' }]]);
      expect(await ask(T0 + 31)).toEqual([]);
      await recordAttempts(store.db, [
        { ...attempt('a2', T0 + 40, ''), outcome: 'refused', next: { state: 'given_up' } },
      ]);
      expect(await ask()).toMatchObject([['anne', { since }]]);
      await recordAttempts(store.db, [
        { ...attempt('a3', T0 + 50, ''), outcome: 'sent', next: { state: 'sent', receipt: null } },
      ]);
      expect(await ask()).toEqual([]);
    });

    test('what is told of one alert to one contact keeps its order', async () => {
      const about = { alert_id: 'a', contact_id: 'anne' };
      await put(
        notificationRow({ ...about, id: 'z-raised', created_at: T0 - 9, next_attempt_at: T0 + 9 }),
        notificationRow({ ...about, id: 'b-changed', created_at: T0 }),
        notificationRow({ ...about, id: 'c-cleared', created_at: T0 }),
        notificationRow({ ...about, id: 'd-cleared', contact_id: 'hook' }),
      );
      expect(await claim()).toEqual(['d-cleared']);
      const next = { state: 'sent', receipt: null } as const;
      const sent = (notificationId: string) =>
        recordAttempts(store.db, [
          { notificationId, atMs: T0, outcome: 'sent', detail: null, next },
        ]);
      await sent('z-raised');
      expect((await claim()).sort()).toEqual(['b-changed', 'd-cleared']);
      await sent('b-changed');
      expect((await claim()).sort()).toEqual(['c-cleared', 'd-cleared']);
    });

    test('each comes with its contact as it is now, or with none', async () => {
      await put(
        notificationRow({ id: 'a', alert_id: 'a', contact_id: 'anne' }),
        notificationRow({ id: 'b', alert_id: 'b', contact_id: 'gone' }),
      );
      await store.db
        .insertInto('documents')
        .values([
          documentRow({ kind: 'contact', id: 'anne', body: '{"id":"anne"}' }),
          documentRow({ kind: 'contact', id: 'anne', customer: 'other' }),
          documentRow({ kind: 'policy', id: 'gone' }),
        ])
        .execute();
      const rows = await claimDue(store.db, { nowMs: T0, limit: 10 });
      expect(rows.map(({ id, contact }) => [id, contact]).sort()).toEqual([
        ['a', '{"id":"anne"}'],
        ['b', null],
      ]);
    });

    test('many notifications go in with one call', async () => {
      await put(...Array.from({ length: 333 }, (_, at) => notificationRow({ id: `n${at}` })));
      expect(await store.db.selectFrom('notifications').select('id').execute()).toHaveLength(333);
    });

    test('attempts are kept, counted and shown, whatever came of them', async () => {
      await put(notificationRow({ id: 'n1' }));
      const attempt = { notificationId: 'n1', detail: null };
      const shown = async () => (await findDeliveries(store.db, ['n1']))[0]?.delivery;
      await recordAttempts(store.db, [
        {
          ...attempt,
          atMs: T0,
          outcome: '500',
          next: { state: 'failed', nextAttemptMs: T0 + 5000 },
        },
      ]);
      expect(await shown()).toMatchObject({
        state: 'failed',
        next_attempt_at: '2026-11-22T05:00:05.000Z',
      });
      expect(await claim({ nowMs: T0 + 4999 })).toEqual([]);
      expect(await claim({ nowMs: T0 + 5000 })).toEqual(['n1']);
      await recordAttempts(store.db, [
        {
          ...attempt,
          atMs: T0 + 5000,
          outcome: '200',
          detail: 'ok',
          next: { state: 'sent', receipt: 'abc' },
        },
      ]);
      const sent = await shown();
      expect(sent).toEqual({
        id: 'n1',
        alert_id: 'alert-1',
        contact_id: 'anne',
        channel: 'webhook',
        type: 'raised',
        state: 'sent',
        attempts: [
          { at: '2026-11-22T05:00:00.000Z', outcome: '500', detail: null },
          { at: '2026-11-22T05:00:05.000Z', outcome: '200', detail: 'ok' },
        ],
        receipt: 'abc',
        created_at: '2026-11-22T05:00:00.000Z',
        next_attempt_at: null,
        policy_id: null,
        step: null,
        digest_id: null,
        left_out: null,
        fallback_for: null,
      });
      expect(await findDelivery(store.db, { customer: 'main', id: 'n1' })).toEqual(sent);
      expect(await findDelivery(store.db, { customer: 'other', id: 'n1' })).toBeUndefined();
      expect(await claim({ nowMs: T0 + 1e9 })).toEqual([]);
      const [row] = await store.db.selectFrom('notifications').select('attempts').execute();
      expect(row?.attempts).toBe(2);
    });

    test('many attempts are recorded with one call, each as it went; what is given up is never due again', async () => {
      const ids = Array.from({ length: 120 }, (_, at) => `n${at}`);
      await put(...ids.map((id) => notificationRow({ id, alert_id: id })));
      const nexts = [
        { state: 'sent', receipt: 'r' },
        { state: 'failed', nextAttemptMs: T0 + 0.5 },
        { state: 'given_up' },
      ] as const;
      await recordAttempts(
        store.db,
        ids.map((notificationId, at) => ({
          notificationId,
          atMs: T0,
          outcome: 'x',
          detail: notificationId,
          next: nexts[at % 3]!,
        })),
      );
      const rows = await store.db.selectFrom('notifications').selectAll().execute();
      for (const { id, state, receipt, next_attempt_at, attempts } of rows) {
        const next = nexts[ids.indexOf(id) % 3];
        expect({ state, receipt, next_attempt_at, attempts }).toEqual({
          state: next?.state,
          receipt: next?.state === 'sent' ? 'r' : null,
          next_attempt_at: next?.state === 'failed' ? T0 + 0.5 : null,
          attempts: 1,
        });
      }
      expect(await claim({ nowMs: T0 + 1e9, limit: 1000 })).toHaveLength(40);
    });

    test('alerts whose time has come are looked at; only those that nobody acknowledged are told again', async () => {
      const due = { next_repeat_at: T0 };
      await store.db
        .insertInto('alerts')
        .values([
          alertRow({ id: 'open', ...due }),
          alertRow({ id: 'acknowledged', acknowledged: 1, ...due }),
          alertRow({ id: 'cleared', state: 'cleared', ...due }),
          alertRow({ id: 'later', next_repeat_at: T0 + 1 }),
          alertRow({ id: 'never' }),
        ])
        .execute();
      const rows = await findDueRepeats(store.db, { nowMs: T0, limit: 10 });
      expect(rows.map(({ id }) => id).sort()).toEqual(['acknowledged', 'cleared', 'open']);
      const advance = (alertId: string, nextRepeatMs: number | null) =>
        store.transaction((tx) => advanceRepeat(tx, { alertId, nextRepeatMs }));
      expect(await advance('open', T0 + 9)).toBe(true);
      expect(await advance('acknowledged', T0 + 9)).toBe(false);
      expect(await advance('cleared', T0 + 9)).toBe(false);
      const close = { alertId: 'cleared', nextRepeatMs: null, state: 'cleared' } as const;
      const once = () => store.transaction((tx) => advanceRepeat(tx, { ...close, dueMs: T0 }));
      expect([await once(), await once()]).toEqual([true, false]);
      expect(await findDueRepeats(store.db, { nowMs: T0, limit: 10 })).toMatchObject([
        { id: 'acknowledged' },
      ]);
      expect(await advance('open', null)).toBe(true);
      expect(await nextDueAfter(store.db, T0)).toEqual({ attemptMs: Infinity, repeatMs: T0 });
    });

    test('the next due times are those of attempts after now and of repeats', async () => {
      expect(await nextDueAfter(store.db, T0)).toEqual({
        attemptMs: Infinity,
        repeatMs: Infinity,
      });
      await store.db
        .insertInto('alerts')
        .values(alertRow({ next_repeat_at: T0 - 50 }))
        .execute();
      await put(
        notificationRow({ next_attempt_at: T0 }),
        notificationRow({ next_attempt_at: T0 + 20 }),
      );
      expect(await nextDueAfter(store.db, T0)).toEqual({ attemptMs: T0 + 20, repeatMs: T0 - 50 });
    });

    test('what was last told of an alert is known, and for whom something still waits', async () => {
      const about = { alert_id: 'a' };
      await put(
        notificationRow({ ...about, payload: '1', created_at: T0 }),
        notificationRow({ ...about, payload: '2', created_at: T0 + 1, contact_id: 'hook' }),
        notificationRow({ ...about, payload: '0', contact_id: 'zoe', next_attempt_at: null }),
      );
      expect(await latestPayload(store.db, 'a')).toBe('2');
      expect(await latestPayload(store.db, 'b')).toBeUndefined();
      expect(await contactsWaiting(store.db, 'a')).toEqual(new Set(['anne', 'hook']));
    });

    test('all that there is of an alert is found, of its customer alone', async () => {
      await put(
        notificationRow({ alert_id: 'a', type: 'cleared', created_at: T0 + 1 }),
        notificationRow({ alert_id: 'a', customer: 'other' }),
        notificationRow({ alert_id: 'b' }),
      );
      expect(await notificationsOfAlert(store.db, { customer: 'main', alertId: 'a' })).toEqual([
        {
          contact_id: 'anne',
          type: 'cleared',
          state: 'queued',
          created_at: T0 + 1,
          next_attempt_at: T0,
        },
      ]);
    });

    test('who was told of an alert is known by step, with the first time and the last', async () => {
      const told = { alert_id: 'a', policy_id: 'p', step: 1 };
      await put(
        notificationRow({ ...told, contact_id: 'anne', created_at: T0 }),
        notificationRow({ ...told, contact_id: 'anne', created_at: T0 + 9 }),
        notificationRow({ ...told, contact_id: 'anne', created_at: T0 + 99, type: 'cleared' }),
        notificationRow({ ...told, contact_id: 'hook', step: null, created_at: T0 + 3 }),
        notificationRow({ ...told, contact_id: 'zoe', left_out: 'acknowledged' }),
        notificationRow({ alert_id: 'b' }),
      );
      const rows = await toldContacts(store.db, 'a');
      const by = { policyId: 'p' };
      expect(rows.toSorted((x, y) => x.contactId.localeCompare(y.contactId))).toEqual([
        { ...by, contactId: 'anne', step: 1, firstToldMs: T0, lastToldMs: T0 + 9 },
        { ...by, contactId: 'hook', step: null, firstToldMs: T0 + 3, lastToldMs: T0 + 3 },
      ]);
    });

    test('what was left out on its way was told if it arrived, and is not tried again if it did not', async () => {
      await put(
        notificationRow({ id: 'arrives', contact_id: 'anne', alert_id: 'a' }),
        notificationRow({ id: 'fails', contact_id: 'hook', alert_id: 'a' }),
      );
      const about = { alertId: 'a', reason: 'acknowledged' };
      await store.transaction((tx) => leaveOutWaiting(tx, about));
      const attempt = { atMs: T0, outcome: 'x', detail: null };
      await recordAttempts(store.db, [
        { ...attempt, notificationId: 'arrives', next: { state: 'sent', receipt: null } },
        { ...attempt, notificationId: 'fails', next: { state: 'failed', nextAttemptMs: T0 } },
      ]);
      expect((await toldContacts(store.db, 'a')).map(({ contactId }) => contactId)).toEqual([
        'anne',
      ]);
      expect(await claim()).toEqual([]);
      const [failed] = await findDeliveries(store.db, ['fails']);
      expect(failed?.delivery).toMatchObject({ state: 'given_up', left_out: 'acknowledged' });
    });

    test('alarms that wait are left out once somebody has seen to the alert, and nothing else', async () => {
      await put(
        notificationRow({ id: 'waits', alert_id: 'a' }),
        notificationRow({ id: 'sent', alert_id: 'a', state: 'sent', next_attempt_at: null }),
        notificationRow({ id: 'over', alert_id: 'a', type: 'cleared', contact_id: 'hook' }),
        notificationRow({ id: 'other', alert_id: 'b' }),
      );
      await store.transaction((tx) =>
        leaveOutWaiting(tx, { alertId: 'a', reason: 'acknowledged' }),
      );
      expect((await claim()).sort()).toEqual(['other', 'over']);
      const rows = await store.db.selectFrom('notifications').selectAll().execute();
      expect(rows.filter(({ left_out: reason }) => reason !== null)).toMatchObject([
        { id: 'waits', state: 'given_up', left_out: 'acknowledged' },
      ]);
    });

    test('deliveries are listed newest first, by every filter, and a page starts after the last one', async () => {
      await put(
        notificationRow({ id: 'a', created_at: T0, alert_id: 'x' }),
        notificationRow({ id: 'b', created_at: T0 + 1, contact_id: 'hook' }),
        notificationRow({ id: 'c', created_at: T0 + 1, state: 'sent', next_attempt_at: null }),
        notificationRow({ id: 'd', created_at: T0 + 2, customer: 'other' }),
      );
      const list = async (filter: Partial<Parameters<typeof listDeliveryRows>[1]>) =>
        (await listDeliveryRows(store.db, { customer: 'main', limit: 10, ...filter }))
          .map(({ delivery }) => delivery.id)
          .join('');
      expect(await list({})).toBe('cba');
      expect(await list({ before: { createdMs: T0 + 1, id: 'c' } })).toBe('ba');
      expect(await list({ alertId: 'x' })).toBe('a');
      expect(await list({ contactId: 'hook' })).toBe('b');
      expect(await list({ state: 'sent' })).toBe('c');
    });
  });
}
