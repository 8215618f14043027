import { beforeEach, describe, expect, test } from 'vitest';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { insertNotifications } from '#storage/state/outbox.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { alertRow, notificationRow, T0 } from '#test/support/state-rows.ts';
import { contact, HOUR, policy, useToldAlerts } from '#test/support/told-alert.ts';
import { tellAgain } from './tell-again.ts';

const ledger = useToldAlerts();
const { putDocument, putAlert, made, nextRepeat } = ledger;

describe('an alert that becomes worse after it was escalated', () => {
  const steps = [{ contacts: ['anne'] }, { after: '10m', contacts: ['boss'] }];
  const rises = (fields: Partial<AlertsTable> = {}) =>
    putAlert({
      severity: 'critical',
      highest_severity: 'critical',
      next_repeat_at: T0 + HOUR,
      ...fields,
    });

  /** As the processor leaves it: the first step is told in the transaction of the change. */
  async function change(
    { to, from }: { to: string; from: string },
    atMs = T0 + HOUR,
  ): Promise<void> {
    const entry = { alert_id: 'alert-1', by: 'system', comment: null };
    await ledger.store.db
      .insertInto('alert_history')
      .values([
        { ...entry, at: T0, change: 'raised', severity: from },
        { ...entry, at: atMs, change: 'severity_changed', severity: to },
      ])
      .execute();
    const row = { type: 'severity_changed', created_at: atMs, policy_id: 'cold-chain', step: 0 };
    const told = ['anne', 'hook'].map((id) =>
      notificationRow({ ...row, id: `first-again-${id}`, contact_id: id, payload: worsePayload }),
    );
    await ledger.store.transaction((tx) => insertNotifications(tx, told));
  }
  const worsePayload = JSON.stringify(
    buildNotificationPayload({
      alert: alertFromRow(alertRow({ severity: 'critical' })),
      rule: { id: 'too-warm' },
      sensor: { id: 'sensor-1', labels: {} },
    }),
  );
  const escalate = () =>
    ledger.store.transaction((tx) =>
      insertNotifications(tx, [
        notificationRow({
          ...{ id: 'first-boss', contact_id: 'boss', policy_id: 'cold-chain', type: 'escalated' },
          ...{ step: 1, created_at: T0 + HOUR / 2, payload: worsePayload },
        }),
      ]),
    );

  beforeEach(() => putDocument('contact', contact('boss')));

  test('is told to everybody who was told of it, once', async () => {
    await putDocument('policy', policy({ steps, repeat: '4h' }));
    await rises();
    await escalate();
    await change({ from: 'warning', to: 'critical' });
    await tellAgain(ledger.store, T0 + HOUR);
    const rows = await made();
    expect(rows).toMatchObject([{ contact_id: 'boss', type: 'severity_changed', step: 1 }]);
    expect(JSON.parse(rows[0]!.payload)).toMatchObject({
      previous_severity: 'warning',
      alert: { severity: 'critical' },
    });
    await ledger.store.db
      .updateTable('alerts')
      .set({ next_repeat_at: T0 + HOUR })
      .execute();
    await Promise.all([
      tellAgain(ledger.store, T0 + HOUR + 1),
      tellAgain(ledger.store, T0 + HOUR + 1),
    ]);
    expect(await made()).toHaveLength(1);
  });

  test('is told to them also where somebody has acknowledged it', async () => {
    await putDocument('policy', policy({ steps }));
    await rises({ acknowledged: 1 });
    await escalate();
    await change({ from: 'warning', to: 'critical' });
    await tellAgain(ledger.store, T0 + HOUR);
    expect((await made()).map((row) => `${row.contact_id} ${row.type}`)).toEqual([
      'boss severity_changed',
    ]);
    expect(await nextRepeat()).toBeNull();
  });

  test.each([
    [undefined, []],
    [['raised', 'escalated', 'severity_changed'], ['boss']],
    [['raised', 'escalated'], []],
  ] as const)(
    'and falls again is told to them where the policy says so: on %o',
    async (on, told) => {
      await putDocument('policy', policy({ steps, repeat: '4h', ...(on ? { on: [...on] } : {}) }));
      await rises({ severity: 'warning' });
      await escalate();
      await change({ from: 'critical', to: 'warning' });
      await tellAgain(ledger.store, T0 + HOUR);
      expect((await made()).map((row) => row.contact_id)).toEqual(told);
    },
  );

  test('is told to nobody while it is shelved, and to them after that', async () => {
    await putDocument('policy', policy({ steps, repeat: '4h' }));
    await rises({ shelved_until: T0 + 2 * HOUR });
    await escalate();
    await change({ from: 'warning', to: 'critical' });
    await tellAgain(ledger.store, T0 + HOUR);
    expect(await made()).toEqual([]);
    await tellAgain(ledger.store, T0 + 2 * HOUR);
    expect((await made()).map((row) => row.contact_id)).toEqual(['boss']);
  });
});
