import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { alertLifecycleSuite } from '#test/support/alert-lifecycle.suite.ts';
import { createTestApp } from '#test/support/app.ts';
import { addReceiver, HOT_RULE, reading, types } from '#test/support/notified.ts';

describe('alerts over the files of a data folder', () =>
  alertLifecycleSuite(() => createTestApp()));

test('a latched alert whose reset was not heard of is open and told again when its condition comes back', async () => {
  const app = await createTestApp();
  const receiver = await addReceiver(app, 'anne');
  await app.put('/v1/rules/hot', { ...HOT_RULE, latch: true });
  await app.send(reading(31));
  await app.send(reading(20));
  // As another process writes it whose word is lost.
  const database = new DatabaseSync(join(app.dataDir, 'vigie.db'), { timeout: 5000 });
  database.prepare("UPDATE alerts SET state = 'cleared', cleared_at = received_at").run();
  database.close();
  await app.send(reading(33));
  const { items } = (await app.call('GET', '/v1/alerts')).body;
  expect(items).toMatchObject([
    { state: 'active', cleared_at: null, returned_at: null, value: 33 },
  ]);
  await expect.poll(() => types(receiver), { timeout: 10_000 }).toEqual(['raised', 'raised']);
});

test('a shelf that was taken away unheard of holds no longer than until contacts are read anew', async () => {
  const app = await createTestApp();
  await addReceiver(app, 'anne');
  await app.put('/v1/rules/hot', HOT_RULE);
  const { alerts } = await app.send(reading(31));
  const body = { for: '1h', reason: 'x' };
  await app.call('POST', `/v1/alerts/${alerts[0].id}/shelve`, body);
  const raised = async () => {
    await app.send(reading(20));
    return (await app.send(reading(31))).alerts[0].notification;
  };
  await expect.poll(raised, { timeout: 10_000 }).toBe('none');
  const database = new DatabaseSync(join(app.dataDir, 'vigie.db'), { timeout: 5000 });
  database.prepare('UPDATE alerts SET shelved_until = NULL').run();
  database.close();
  await app.put('/v1/contacts/bob', { channel: 'null', settings: {} });
  await expect.poll(raised, { timeout: 10_000 }).toBe('queued');
});
