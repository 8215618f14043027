import { expect, onTestFinished, test } from 'vitest';
import { createInProcessState } from '#test/support/in-process-state.ts';
import { notificationRow, T0 } from '#test/support/state-rows.ts';
import { insertNotifications } from './outbox.ts';
import type { NotificationsTable } from './schema.ts';
import { alarmsOfAlert, firstTold, toldBefore } from './told.ts';

test('who was told is named with the first time and whether it got through, and by the step that told last', async () => {
  const store = await createInProcessState();
  onTestFinished(() => store.close());
  const put = (...rows: NotificationsTable[]) =>
    store.transaction((tx) => insertNotifications(tx, rows));
  const told = { alert_id: 'a', policy_id: 'p', step: 0, channel: 'email' };
  await put(
    notificationRow({ ...told, contact_id: 'anne', created_at: T0 + 5, state: 'sent' }),
    notificationRow({ ...told, contact_id: 'anne', created_at: T0 + 9, step: 1 }),
    notificationRow({ ...told, contact_id: 'bo', created_at: T0, state: 'failed' }),
    notificationRow({ ...told, contact_id: 'zoe', group_key: '["quiet"]' }),
    notificationRow({ ...told, contact_id: 'max', left_out: 'acknowledged' }),
    notificationRow({ ...told, contact_id: 'max', type: 'cleared' }),
  );
  const by = { channel: 'email' };
  expect(await firstTold(store.db, 'a')).toEqual([
    { ...by, contactId: 'bo', atMs: T0, isReached: false },
    { ...by, contactId: 'anne', atMs: T0 + 5, isReached: true },
  ]);
  const toldUntil = async (beforeMs: number) => {
    const rows = await store.transaction((tx) => toldBefore(tx, { alertId: 'a', beforeMs }));
    return rows.map(({ contactId, step }) => `${contactId} ${step}`).toSorted();
  };
  expect(await toldUntil(T0 + 10)).toEqual(['anne 1', 'bo 0', 'zoe 0']);
  expect(await toldUntil(T0 + 9)).toEqual(['bo 0', 'zoe 0']);
  const alarms = await alarmsOfAlert(store.db, { alertId: 'a', limit: 3 });
  expect(alarms.map((row) => row.contact_id)).toEqual(['bo', 'zoe', 'anne']);
});
