import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { createInProcessState } from '#test/support/in-process-state.ts';
import { alertRow, documentRow, notificationRow, sensorRow, T0 } from '#test/support/state-rows.ts';
import { plansOf } from '#test/support/statement-plans.ts';
import { findOpenAlert, findShelf, latestSilence, shelves } from '../state/alarms.ts';
import { listAlertRows, silentAlertSensors } from '../state/alerts.ts';
import { failuresOfContacts } from '../state/contact-failures.ts';
import { findDeliveries } from '../state/deliveries.ts';
import { documentVersions, findDocuments, listDocuments } from '../state/documents.ts';
import { openAlertRows } from '../state/fleet-rows.ts';
import { claimDue, findDueRepeats, insertNotifications, recordAttempts } from '../state/outbox.ts';
import { activeCounts, fleetCounts } from '../state/overview-counts.ts';
import type { StateDb, StateStore } from '../state/state-store.ts';
import { contactsWaiting, latestPayload, notificationsOfAlert } from '../state/told.ts';
import { openEmbeddedState } from './open-state.ts';
import { refreshStatistics } from './statistics.ts';

const KEY = { customer: 'main', kind: 'contact' } as const;
const ALARM = { ruleId: 'too-warm', sensorPk: 1 };
const MANY = 20_000;

/** One row in each of the tables that grow. */
async function putOneOfEach({ db, transaction }: StateStore): Promise<void> {
  await db
    .insertInto('documents')
    .values(documentRow({ kind: 'contact', id: 'anne' }))
    .execute();
  await db
    .insertInto('sensors')
    .values(sensorRow({ pk: 1 }))
    .execute();
  await db
    .insertInto('alerts')
    .values(alertRow({ id: 'alert-1' }))
    .execute();
  await transaction((tx) => insertNotifications(tx, [notificationRow({ id: 'first' })]));
}

async function putManyDocuments({ transaction }: StateStore): Promise<void> {
  await transaction(async (tx) => {
    for (let from = 0; from < MANY; from += 1000) {
      const rows = Array.from({ length: 1000 }, (_, n) => documentRow({ id: `rule-${from + n}` }));
      await tx.insertInto('documents').values(rows).execute();
    }
  });
}

/** What the platform asks all the time, or of each alert. */
async function askWhatIsHot(db: StateDb): Promise<void> {
  await claimDue(db, { nowMs: T0, limit: 10 });
  await recordAttempts(db, [
    {
      ...{ notificationId: 'first', atMs: T0, outcome: 'timeout', detail: null },
      next: { state: 'failed', nextAttemptMs: T0 },
    },
  ]);
  await findDeliveries(db, ['first', 'second']);
  await notificationsOfAlert(db, { customer: 'main', alertId: 'alert-1' });
  await contactsWaiting(db, 'alert-1');
  await latestPayload(db, 'alert-1');
  await findDueRepeats(db, { nowMs: T0, limit: 10 });
  await findOpenAlert(db, ALARM);
  await findShelf(db, { ...ALARM, nowMs: T0 });
  await shelves(db, T0);
  await failuresOfContacts(db, { customer: 'main', contacts: [{ id: 'anne', updatedMs: T0 }] });
  await findDocuments(db, { ...KEY, ids: ['anne', 'zoe'] });
  await listDocuments(db, { ...KEY, kind: 'rule', afterId: 'rule-1', limit: 10 });
  await Array.fromAsync(documentVersions(db, { ...KEY, kind: 'rule' }));
}

test('the alerts that stand are found by their own index, however many are over', async () => {
  const store = await createInProcessState();
  onTestFinished(() => store.close());
  const plans = await plansOf(store.db, async (db) => {
    await openAlertRows(db);
    await findOpenAlert(db, ALARM);
    await silentAlertSensors(db, [1, 2]);
  });
  expect(plans.flatMap(({ plan }) => plan)).toEqual([
    'SCAN alerts USING INDEX alerts_active',
    'SEARCH alerts USING INDEX alerts_active (sensor_pk=?)',
    'SEARCH alerts USING COVERING INDEX alerts_silences (sensor_pk=? AND state=?)',
  ]);
});

test('what stands of a customer, and the newest silence, are answered without the alerts that are over', async () => {
  const store = await createInProcessState();
  onTestFinished(() => store.close());
  const plans = await plansOf(store.db, async (db) => {
    await latestSilence(db, 1);
    await fleetCounts(db, { customer: 'main', nowMs: 0 });
    await activeCounts(db, { customer: 'main', nowMs: T0 });
  });
  expect(plans.flatMap(({ plan }) => plan).filter((line) => line.includes('alerts'))).toEqual([
    'SEARCH alerts USING INDEX alerts_silences (sensor_pk=?)',
    'SEARCH alerts USING COVERING INDEX alerts_standing (customer=? AND condition=?)',
    'SEARCH alerts USING INDEX alerts_active_by_start (customer=?)',
  ]);
});

test('lists of alerts, newest first, are read in their order from an index of their own', async () => {
  const store = await createInProcessState();
  onTestFinished(() => store.close());
  const plans = await plansOf(store.db, async (db) => {
    for (const filter of [
      { sensorId: 's' },
      { ruleId: 'r' },
      { state: 'active' as const },
      { isOpen: true },
      { isAcknowledged: false },
    ]) {
      await listAlertRows(db, { customer: 'main', limit: 50, ...filter });
    }
  });
  expect(plans.map(({ plan }) => plan)).toEqual([
    ['SEARCH alerts USING INDEX alerts_of_sensor (customer=? AND sensor_id=?)'],
    ['SEARCH alerts USING INDEX alerts_of_rule (customer=? AND rule_id=?)'],
    ['SEARCH alerts USING INDEX alerts_active_by_start (customer=?)'],
    ['SEARCH alerts USING INDEX alerts_open (customer=?)'],
    ['SEARCH alerts USING INDEX alerts_open (customer=?)'],
  ]);
});

const scans = (plans: Awaited<ReturnType<typeof plansOf>>) =>
  plans.filter(({ plan }) => plan.some((line) => line.startsWith('SCAN')));

test('contacts are asked by their key even where statistics say that there is one document', async () => {
  const store = await createInProcessState();
  onTestFinished(() => store.close());
  await putOneOfEach(store);
  await sql`ANALYZE`.execute(store.db);
  await putManyDocuments(store);
  const [claim] = await plansOf(store.db, (db) => claimDue(db, { nowMs: T0, limit: 10 }));
  expect(claim?.plan.find((line) => line.startsWith('SEARCH d '))).toContain(
    'customer=? AND kind=? AND id=?',
  );
  expect(claim?.plan).not.toContainEqual(expect.stringContaining('SCAN d'));
});

test('what an earlier version counted while tables were nearly empty is forgotten when the file is opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-statistics-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const before = await openEmbeddedState(folder);
  await putOneOfEach(before.state);
  await before.close();
  const file = new DatabaseSync(join(folder, 'vigie.db'));
  file.exec('ANALYZE');
  file.close();
  const { state, close } = await openEmbeddedState(folder);
  onTestFinished(close);
  await putManyDocuments(state);
  const plans = await plansOf(state.db, askWhatIsHot);
  expect(plans.length).toBeGreaterThan(10);
  expect(scans(plans)).toEqual([]);
  // With the counts of now in force the same statements do scan notifications, or this would prove nothing.
  await sql`ANALYZE`.execute(state.db);
  expect(scans(await plansOf(state.db, askWhatIsHot))).not.toEqual([]);
});

function tableOf(rows: number) {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE t (id TEXT PRIMARY KEY, kind TEXT); CREATE INDEX t_kind ON t (kind)');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
  const grow = (to: number) => {
    db.exec('BEGIN');
    for (let n = rows; n < to; n++) insert.run(String(n).padStart(9, '0'), 'same');
    db.exec('COMMIT');
    rows = to;
  };
  const from = rows;
  rows = 0;
  grow(from);
  const counted = () =>
    (db.prepare("SELECT stat FROM sqlite_stat1 WHERE idx = 't_kind'").get()?.stat ?? null) as
      | string
      | null;
  return { db, grow, counted };
}

test('statistics of large tables are kept, and taken again where they grow tenfold', () => {
  const { db, grow, counted } = tableOf(100);
  refreshStatistics(db);
  expect(counted()).toBe(null);
  grow(20_000);
  refreshStatistics(db);
  // All are of one kind: an index that helps nothing, which only statistics can tell.
  const [rows, each] = counted()!.split(' ').map(Number);
  expect(rows).toBeGreaterThan(10_000);
  expect(each).toBeGreaterThan(1000);
  grow(400_000);
  refreshStatistics(db);
  expect(Number(counted()!.split(' ')[0])).toBeGreaterThan(200_000);
});
