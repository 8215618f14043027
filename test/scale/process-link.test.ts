import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createPool } from '#storage/postgres/pool.ts';
import { ProcessLink } from '#storage/postgres/process-link.ts';
import { ask } from '#test/support/ask-postgres.ts';
import { createFaultProxy } from '#test/support/fault-proxy.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import { until } from '#test/support/until.ts';

const log = { warn: () => undefined };

describe.skipIf(postgresObstacle !== undefined)('word from process to process', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  /** A link by way of a proxy; `onGap` is asked what to do when word may have been missed. */
  async function linked(onGap: () => Promise<void>) {
    const url = await cluster.createDatabase();
    const proxy = await createFaultProxy(cluster.port, onTestFinished);
    const through = new URL(url);
    through.port = String(proxy.port);
    const pool = createPool(url, log);
    const heard: string[] = [];
    const link = new ProcessLink({
      url: through.href,
      pool,
      owner: 'here',
      log,
      onChange: ({ target }) => heard.push(target),
      onMessage: () => undefined,
      onGap,
    });
    await link.start();
    onTestFinished(async () => {
      await link.close();
      await pool.end();
    });
    const listeners = async () => {
      const sql = `SELECT pid FROM pg_stat_activity
        WHERE application_name = 'vigie listener' AND datname = current_database()`;
      return (await ask(url, sql)).length;
    };
    const tell = (target: string) =>
      pool.query("SELECT pg_notify('vigie_changes', $1)", [JSON.stringify({ target })]);
    return { link, proxy, listeners, heard, tell };
  }

  test('what could not be read anew after a gap is read anew once more', async () => {
    let gaps = 0;
    const { proxy, listeners, heard, tell } = await linked(async () => {
      gaps++;
      if (gaps < 3) throw new Error('the database was gone again');
    });
    proxy.reset();
    await until(() => gaps === 3);
    await tell('rule/hot');
    await until(() => heard.length > 0);
    expect(heard).toEqual(['rule/hot']);
    await until(async () => (await listeners()) === 1);
    expect(gaps).toBe(3);
  });

  test('a link that is closed while it looks for the database leaves no connection behind', async () => {
    let gaps = 0;
    const { link, proxy, listeners } = await linked(async () => void gaps++);
    proxy.cut();
    proxy.reset();
    // It asks for another connection, which stays silent.
    await until(() => proxy.connections.taken === 2);
    await link.close();
    proxy.heal();
    await until(() => proxy.connections.open === 0);
    expect(await listeners()).toBe(0);
    expect(gaps).toBe(0);
  });
});
