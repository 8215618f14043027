import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alertRow, documentRow, keyRow, sensorRow, T0 } from '#test/support/state-rows.ts';
import { alertHistory, changeAlert, findAlert, listAlertRows } from '../state/alerts.ts';
import {
  activeKeys,
  deleteSession,
  findKey,
  findKeyByHash,
  findSession,
  insertKey,
  insertSession,
  listKeyRows,
  markRevoked,
  putKey,
} from '../state/api-keys.ts';
import { insertAudit, listAuditRows } from '../state/audit.ts';
import { listDeadLetterRows, pruneDeadLetters } from '../state/dead-letters.ts';
import {
  deleteDocument,
  existingDocuments,
  findDocument,
  insertDocument,
  listDocuments,
  replaceDocument,
} from '../state/documents.ts';
import { linkSecret } from '../state/link-secret.ts';
import {
  deletePlacePicture,
  describePlacePicture,
  findPlacePicture,
  putPlacePicture,
} from '../state/place-pictures.ts';
import {
  findSensor,
  listSensorRows,
  seriesOfSensors,
  updateSensor,
  updateUnit,
} from '../state/sensors.ts';
import type { StateStore } from '../state/state-store.ts';
import { vapidKeys } from '../state/vapid-keys.ts';

export type CreateStore = () => Promise<StateStore & { close(): Promise<void> }>;

/** What every state store must do; an engine passes how to make an empty one. */
export function stateStoreContract(name: string, createStore: CreateStore): void {
  describe(`state store: ${name}`, () => {
    let store: Awaited<ReturnType<CreateStore>>;
    beforeEach(async () => {
      store = await createStore();
    });
    afterEach(() => store.close());

    const audit = (action: string) => ({
      customer: 'main',
      at: T0,
      who: 'key:k1',
      action,
      target: 'rule/x',
      detail: null,
      request_id: 'r1',
    });

    test('the secret of links is made once, however many ask for it at once', async () => {
      const asked = await Promise.all(Array.from({ length: 8 }, () => linkSecret(store.db)));
      expect(new Set(asked).size).toBe(1);
      expect(Buffer.from(asked[0]!, 'base64url')).toHaveLength(32);
      expect(await linkSecret(store.db)).toBe(asked[0]);
    });

    test('the keys for push services are made once, however many ask for them at once', async () => {
      const asked = await Promise.all(Array.from({ length: 8 }, () => vapidKeys(store.db)));
      expect(new Set(asked.map(({ publicKey }) => publicKey)).size).toBe(1);
      const { publicKey, privateKey } = asked[0]!;
      expect(Buffer.from(publicKey, 'base64url')).toHaveLength(65);
      const text = Buffer.from('what is signed by one is known by the other');
      const key = createPrivateKey({ key: privateKey, format: 'jwk' });
      const signature = sign('sha256', text, key);
      expect(verify('sha256', text, createPublicKey(key), signature)).toBe(true);
      expect(await vapidKeys(store.db)).toEqual(asked[0]);
    });

    test('a transaction that throws leaves nothing behind', async () => {
      await expect(
        store.transaction(async (tx) => {
          await insertDocument(tx, documentRow());
          await insertAudit(tx, audit('rule.create'));
          throw new Error('on purpose');
        }),
      ).rejects.toThrow('on purpose');
      expect(await store.db.selectFrom('documents').selectAll().execute()).toEqual([]);
      expect(await store.db.selectFrom('audit').selectAll().execute()).toEqual([]);
    });

    test('transactions that run at the same time do not see into each other', async () => {
      await store.transaction((tx) => insertDocument(tx, documentRow({ revision: 0 })));
      const bump = () =>
        store.transaction(async (tx) => {
          const row = await findDocument(tx, { customer: 'main', kind: 'rule', id: 'too-warm' });
          await replaceDocument(tx, { ...row!, revision: row!.revision + 1 });
        });
      await Promise.all([bump(), bump(), bump(), bump()]);
      const row = await findDocument(store.db, { customer: 'main', kind: 'rule', id: 'too-warm' });
      expect(row?.revision).toBe(4);
    });

    test('times keep their microseconds and texts their letters', async () => {
      const at = T0 + 0.123;
      const row = sensorRow({ pk: 1, name: 'Congélateur 冷凍庫 🧊', registered_at: at });
      await store.db.insertInto('sensors').values(row).execute();
      expect(await findSensor(store.db, { customer: 'main', sensorId: 'sensor-1' })).toEqual(row);
    });

    test('a document is told apart by customer and kind as well as id', async () => {
      await store.transaction(async (tx) => {
        expect(await insertDocument(tx, documentRow({ body: '{"a":1}' }))).toBe(true);
        expect(await insertDocument(tx, documentRow({ body: '{"a":2}' }))).toBe(false);
        expect(await insertDocument(tx, documentRow({ customer: 'other' }))).toBe(true);
        expect(await insertDocument(tx, documentRow({ kind: 'policy' }))).toBe(true);
      });
      const key = { customer: 'main', kind: 'rule', id: 'too-warm' } as const;
      expect((await findDocument(store.db, key))?.body).toBe('{"a":1}');
      expect(await store.transaction((tx) => deleteDocument(tx, key))).toBe(true);
      expect(await store.transaction((tx) => deleteDocument(tx, key))).toBe(false);
      expect(await store.db.selectFrom('documents').selectAll().execute()).toHaveLength(2);
    });

    test('documents are listed in the order of their ids, after the one given', async () => {
      await store.transaction(async (tx) => {
        for (const id of ['b', 'd', 'a', 'c']) await insertDocument(tx, documentRow({ id }));
      });
      const page = { customer: 'main', kind: 'rule', limit: 2 } as const;
      expect((await listDocuments(store.db, page)).map(({ id }) => id)).toEqual(['a', 'b']);
      const next = await listDocuments(store.db, { ...page, afterId: 'b' });
      expect(next.map(({ id }) => id)).toEqual(['c', 'd']);
      const ids = ['a', 'zzz'];
      expect(await existingDocuments(store.db, { customer: 'main', kind: 'rule', ids })).toEqual(
        new Set(['a']),
      );
    });

    test('a picture of the largest size is kept whole, replaced and removed, each customer its own', async () => {
      const key = { customer: 'main', placeId: 'kitchen' };
      const facts = { content_type: 'image/png', bytes: 5_242_880, etag: 'e1' };
      const row = {
        ...{ customer: 'main', place_id: 'kitchen', ...facts },
        picture: randomBytes(5_242_880).toString('base64'),
      };
      await store.transaction(async (tx) => {
        await putPlacePicture(tx, row);
        await putPlacePicture(tx, { ...row, customer: 'other', etag: 'e2', picture: 'AAAA' });
      });
      expect((await findPlacePicture(store.db, key))?.picture === row.picture).toBe(true);
      expect(await describePlacePicture(store.db, key)).toEqual(facts);
      await store.transaction((tx) => putPlacePicture(tx, { ...row, etag: 'e3', picture: 'BBBB' }));
      expect(await findPlacePicture(store.db, key)).toMatchObject({ etag: 'e3', picture: 'BBBB' });
      await store.transaction((tx) => deletePlacePicture(tx, key));
      expect(await findPlacePicture(store.db, key)).toBeUndefined();
      const other = { ...key, customer: 'other' };
      expect(await findPlacePicture(store.db, other)).toMatchObject({ etag: 'e2' });
    });

    test('sensors are found by text in id, name or location, and wildcards mean themselves', async () => {
      await store.db
        .insertInto('sensors')
        .values([
          sensorRow({ pk: 1, sensor_id: 'freezer-1' }),
          sensorRow({ pk: 2, sensor_id: 's2', name: 'Big Freezer' }),
          sensorRow({ pk: 3, sensor_id: 's3', location: 'lyon/freezer_room' }),
          sensorRow({ pk: 4, sensor_id: 's4', name: '100 % humid' }),
          sensorRow({ pk: 5, sensor_id: 'freezer-x', customer: 'other' }),
        ])
        .execute();
      const find = async (text: string) =>
        (await listSensorRows(store.db, { customer: 'main', text, limit: 10 })).map(({ pk }) => pk);
      expect(await find('FREEZER')).toEqual([1, 2, 3]);
      expect(await find('%')).toEqual([4]);
      expect(await find('r_r')).toEqual([3]);
      expect(await find('\\')).toEqual([]);
      const out = { out_of_service: '{}' };
      await store.db.updateTable('sensors').set(out).where('pk', 'in', [3, 5]).execute();
      const taken = { customer: 'main', wasTakenOut: true, limit: 10 };
      expect((await listSensorRows(store.db, taken)).map(({ pk }) => pk)).toEqual([3]);
    });

    test('sensors are found by labels, exactly', async () => {
      const labels = (pairs: Record<string, string>) => JSON.stringify(pairs);
      await store.db
        .insertInto('sensors')
        .values([
          sensorRow({ pk: 1, labels: labels({ site: 'lyon', room: 'a' }) }),
          sensorRow({ pk: 2, labels: labels({ room: 'a', site: 'lyon' }) }),
          sensorRow({ pk: 3, labels: labels({ site: 'Lyon' }) }),
          sensorRow({ pk: 4, labels: labels({ site: 'lyon-2' }) }),
          sensorRow({ pk: 5, labels: labels({ note: '{"site":"lyon"' }) }),
          sensorRow({ pk: 6, labels: labels({ 'x,"site': 'lyon' }) }),
          sensorRow({ pk: 7, labels: labels({ site: 'say "hi"' }) }),
        ])
        .execute();
      const find = async (wanted: Record<string, string>) =>
        (await listSensorRows(store.db, { customer: 'main', labels: wanted, limit: 10 })).map(
          ({ pk }) => pk,
        );
      expect(await find({ site: 'lyon' })).toEqual([1, 2]);
      expect(await find({ site: 'lyon', room: 'b' })).toEqual([]);
      expect(await find({ site: 'say "hi"' })).toEqual([7]);
    });

    test('series come by sensor, and a unit and a record can be changed', async () => {
      await store.db
        .insertInto('sensors')
        .values([sensorRow({ pk: 1 })])
        .execute();
      await store.db
        .insertInto('series')
        .values([
          { id: 1, sensor_pk: 1, metric: 'temperature', unit: null },
          { id: 2, sensor_pk: 2, metric: 'humidity', unit: '%RH' },
          { id: 3, sensor_pk: 1, metric: 'humidity', unit: null },
        ])
        .execute();
      await store.transaction(async (tx) => {
        await updateUnit(tx, { seriesId: 1, unit: 'Cel' });
        const { pk: _pk, customer: _c, sensor_id: _s, ...record } = sensorRow({ pk: 1 });
        await updateSensor(tx, { pk: 1, record: { ...record, name: 'Anne' } });
      });
      const series = await seriesOfSensors(store.db, [1, 2, 9]);
      expect(series.get(1)?.map(({ metric, unit }) => [metric, unit])).toEqual([
        ['humidity', null],
        ['temperature', 'Cel'],
      ]);
      expect(series.get(2)).toHaveLength(1);
      expect(series.has(9)).toBe(false);
      const sensor = await findSensor(store.db, { customer: 'main', sensorId: 'sensor-1' });
      expect(sensor?.name).toBe('Anne');
    });

    test('alerts are listed newest first, by every filter, and a page starts after the last one', async () => {
      const rows = [
        alertRow({ id: 'a', started_at: T0 }),
        alertRow({ id: 'b', started_at: T0 + 1000, severity: 'critical' }),
        alertRow({ id: 'c', started_at: T0 + 1000, state: 'cleared', cleared_at: T0 + 2000 }),
        alertRow({ id: 'd', started_at: T0 + 3000, acknowledged: 1, rule_id: 'r2' }),
        alertRow({ id: 'e', started_at: T0 + 4000, sensor_id: 'sensor-2' }),
        alertRow({ id: 'f', started_at: T0 + 5000, customer: 'other' }),
      ];
      await store.db.insertInto('alerts').values(rows).execute();
      const list = async (filter: Partial<Parameters<typeof listAlertRows>[1]>) =>
        (await listAlertRows(store.db, { customer: 'main', limit: 10, ...filter }))
          .map(({ id }) => id)
          .join('');
      expect(await list({})).toBe('edcba');
      expect(await list({ before: { startedMs: T0 + 1000, id: 'c' } })).toBe('ba');
      expect(await list({ state: 'cleared' })).toBe('c');
      expect(await list({ severity: 'critical' })).toBe('b');
      expect(await list({ isAcknowledged: true })).toBe('d');
      expect(await list({ ruleId: 'r2' })).toBe('d');
      expect(await list({ sensorId: 'sensor-2' })).toBe('e');
      expect(await list({ fromMs: T0 + 1000, toMs: T0 + 4000 })).toBe('dcb');
    });

    test('a change of an alert keeps its history in order', async () => {
      await store.db
        .insertInto('alerts')
        .values(alertRow({ id: 'a' }))
        .execute();
      const entry = { by: 'key:k1', severity: 'warning', comment: null };
      const changed = await store.transaction(async (tx) => {
        await changeAlert(tx, {
          id: 'a',
          set: {},
          entry: { ...entry, at: T0, change: 'commented' },
        });
        return changeAlert(tx, {
          id: 'a',
          set: { acknowledged: 1, acknowledged_at: T0 },
          entry: { ...entry, at: T0, change: 'acknowledged' },
        });
      });
      expect(changed.acknowledged).toBe(1);
      expect((await alertHistory(store.db, 'a')).map(({ change }) => change)).toEqual([
        'commented',
        'acknowledged',
      ]);
      expect(await findAlert(store.db, { customer: 'other', id: 'a' })).toBeUndefined();
    });

    test('a key is found by its hash, put again under its id, and revoked with its sessions', async () => {
      const session = {
        hash: 's1',
        customer: 'main',
        who: 'session:k1',
        scopes: '["read"]',
        created_at: T0,
        expires_at: T0 + 1000,
      };
      await store.transaction(async (tx) => {
        await insertKey(tx, keyRow());
        await putKey(tx, keyRow({ hash: 'hash-2', created_at: T0 + 5 }));
        await putKey(tx, keyRow({ id: 'k2', hash: 'hash-3' }));
        await insertSession(tx, session);
      });
      expect(await findKeyByHash(store.db, 'hash-1')).toBeUndefined();
      expect(await findKeyByHash(store.db, 'hash-2')).toEqual(keyRow({ hash: 'hash-2' }));
      const page = { customer: 'main', limit: 10 };
      expect((await listKeyRows(store.db, page)).map(({ id }) => id)).toEqual(['k1', 'k2']);
      const active = { customer: 'main', nowMs: T0 };
      expect(await activeKeys(store.db, active)).toHaveLength(2);
      const revoke = { customer: 'main', id: 'k1', atMs: T0 + 1 };
      expect(await store.transaction((tx) => markRevoked(tx, revoke))).toBe(true);
      expect(await store.transaction((tx) => markRevoked(tx, revoke))).toBe(false);
      expect((await findKey(store.db, { customer: 'main', id: 'k1' }))?.revoked_at).toBe(T0 + 1);
      expect(await findSession(store.db, 's1')).toBeUndefined();
      await store.transaction((tx) =>
        insertKey(tx, keyRow({ id: 'k3', hash: 'hash-4', expires_at: T0 })),
      );
      expect((await activeKeys(store.db, active)).map(({ id }) => id)).toEqual(['k2']);
    });

    test('sessions that ran out are cleared away when another begins', async () => {
      const session = (hash: string, at: number) => ({
        hash,
        customer: 'main',
        who: 'session:k1',
        scopes: '[]',
        created_at: at,
        expires_at: at + 1000,
      });
      await store.transaction((tx) => insertSession(tx, session('old', T0)));
      await store.transaction((tx) => insertSession(tx, session('new', T0 + 1000)));
      expect(await findSession(store.db, 'old')).toBeUndefined();
      expect((await findSession(store.db, 'new'))?.created_at).toBe(T0 + 1000);
      await store.transaction((tx) => deleteSession(tx, 'new'));
      expect(await findSession(store.db, 'new')).toBeUndefined();
    });

    test('dead letters (of which the newest are kept) and audit rows are listed newest first, by every filter', async () => {
      const letter = {
        customer: 'main',
        received_at: T0,
        source: 'http',
        sensor_id: null,
        code: 'value_not_finite',
        pointer: '/readings/t',
        detail: 'x',
        payload: '{}',
      };
      for (const row of [
        letter,
        { ...letter, code: 'invalid_json', received_at: T0 + 1 },
        { ...letter, sensor_id: 's', received_at: T0 + 2 },
        { ...letter, customer: 'other' },
      ]) {
        await store.db.insertInto('dead_letters').values(row).execute();
      }
      const letters = async (filter: Partial<Parameters<typeof listDeadLetterRows>[1]>) =>
        (await listDeadLetterRows(store.db, { customer: 'main', limit: 10, ...filter })).map(
          ({ received_at }) => received_at - T0,
        );
      expect(await letters({})).toEqual([2, 1, 0]);
      expect(await letters({ code: 'invalid_json' })).toEqual([1]);
      expect(await letters({ sensorId: 's' })).toEqual([2]);
      expect(await letters({ fromMs: T0 + 1, toMs: T0 + 2 })).toEqual([1]);
      const [newest] = await listDeadLetterRows(store.db, { customer: 'main', limit: 1 });
      expect(await letters({ beforeSeq: newest!.seq })).toEqual([1, 0]);

      expect(await pruneDeadLetters(store.db, { keep: 3 })).toBe(0);
      expect(await pruneDeadLetters(store.db, { keep: 1 })).toBe(2);
      expect(await letters({})).toEqual([2]);
      expect(await letters({ customer: 'other' })).toEqual([0]);

      await store.transaction(async (tx) => {
        await insertAudit(tx, audit('rule.create'));
        await insertAudit(tx, { ...audit('rule.put'), at: T0 + 1 });
        await insertAudit(tx, { ...audit('rule.put'), customer: 'other' });
      });
      const rows = await listAuditRows(store.db, { customer: 'main', limit: 10 });
      expect(rows.map(({ action }) => action)).toEqual(['rule.put', 'rule.create']);
      const filter = { customer: 'main', action: 'rule.put', who: 'key:k1', limit: 10 };
      expect(await listAuditRows(store.db, { ...filter, toMs: T0 + 1 })).toEqual([]);
      expect(await listAuditRows(store.db, { ...filter, fromMs: T0 + 1 })).toHaveLength(1);
    });
  });
}
