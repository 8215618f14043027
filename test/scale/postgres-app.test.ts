import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { checkDatabase } from '#cli/doctor/check-database.ts';
import { createTestApp } from '#test/support/app.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';

describe.skipIf(postgresObstacle !== undefined)('one process over PostgreSQL', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  async function start(env: Record<string, string> = {}) {
    return createTestApp({ VIGIE_POSTGRES_URL: await cluster.createDatabase(), ...env });
  }

  test('readings, rules, alerts and history work as they do with files, across a restart', async () => {
    const platform = await start();
    await platform.put('/v1/rules/warm', {
      when: { metric: 'temperature', above: [{ limit: 8, severity: 'critical' }] },
    });
    const base = Date.now() - 60_000;
    const at = (second: number) => new Date(base + second * 1000).toISOString();
    const first = await platform.send(
      { sensor_id: 'f1', timestamp: at(0), readings: { temperature: 4, humidity: 40 } },
      { sensor_id: 'f1', timestamp: at(1), readings: { temperature: 9 } },
      { sensor_id: 'f2', timestamp: at(0), readings: { temperature: 5 } },
    );
    expect(first).toMatchObject({
      accepted: 3,
      duplicates: 0,
      alerts: [{ rule_id: 'warm', state: 'active' }],
    });
    const history = (await platform.call('GET', '/v1/sensors/f1/readings?metric=temperature')).body;
    expect(history.samples.map(([, value]: [string, number]) => value)).toEqual([4, 9]);
    await platform.restart();
    const again = await platform.send(
      { sensor_id: 'f1', timestamp: at(1), readings: { temperature: 9 } },
      { sensor_id: 'f1', timestamp: at(2), readings: { temperature: 3 } },
    );
    expect(again).toMatchObject({ accepted: 1, duplicates: 1, alerts: [{ state: 'cleared' }] });
    const { body } = await platform.call('GET', '/v1/sensors/f1');
    expect(body.metrics.temperature.last.value).toBe(3);
    const alerts = (await platform.call('GET', '/v1/alerts')).body.items;
    expect(alerts).toHaveLength(1);
  });

  test('the settings say where the data lie and how much room they take, without the password', async () => {
    const url = await cluster.createDatabase();
    const platform = await createTestApp({ VIGIE_POSTGRES_URL: url, VIGIE_RETENTION: '30d' });
    const { host, pathname } = new URL(url);
    const { body } = await platform.call('GET', '/v1/settings');
    expect(body).toMatchObject({
      retention: { readings: '30d' },
      storage: { place: `${host}${pathname}`, parts: [], free_bytes: null },
    });
    expect(body.storage.engine).toMatch(/^PostgreSQL \d+\.\d+(, TimescaleDB)?$/);
    // An empty database with our tables has some megabytes.
    expect(body.storage.bytes).toBeGreaterThan(5_000_000);
  });

  test('a second process stands by, and takes over when the first one ends', async () => {
    const url = await cluster.createDatabase();
    const first = await createTestApp({ VIGIE_POSTGRES_URL: url });
    await first.send({ sensor_id: 'a', readings: { t: 1 } });
    const second = await createTestApp({ VIGIE_POSTGRES_URL: url });
    const refused = await second.post('{"sensor_id":"a","readings":{"t":2}}');
    expect(refused).toMatchObject({ status: 503, body: { code: 'standing_by' } });
    expect(refused.headers.get('retry-after')).toBe('5');
    await first.app.stop();
    await expect
      .poll(async () => (await second.post('{"sensor_id":"a","readings":{"t":2}}')).status, {
        timeout: 15_000,
      })
      .toBe(200);
    const { body } = await second.call('GET', '/v1/sensors/a/readings?metric=t');
    expect(body.samples.map(([, value]: [string, number]) => value)).toEqual([1, 2]);
  });

  test('a database that restarts under load loses nothing that was acknowledged and stores nothing twice', async () => {
    const platform = await start();
    const acknowledged: number[] = [];
    let isDone = false;
    let sent = 0;
    const start0 = Date.now() - 300_000;
    const send = async () => {
      while (!isDone) {
        const number = sent++;
        const reading = {
          sensor_id: 'pump',
          timestamp: new Date(start0 + number).toISOString(),
          readings: { n: number },
        };
        for (;;) {
          const { status } = await platform.post(JSON.stringify(reading));
          if (status === 200) break;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        acknowledged.push(number);
      }
    };
    const senders = Promise.all([send(), send(), send()]);
    onTestFinished(() => {
      isDone = true;
    });
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(50);
    await cluster.stop('immediate');
    await cluster.start();
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 50);
    isDone = true;
    await senders;
    const { body } = await platform.call('GET', '/v1/sensors/pump/readings?metric=n&limit=100000');
    const stored = body.samples.map(([, value]: [string, number]) => value);
    expect(stored.length).toBe(acknowledged.length);
    expect(new Set(stored)).toEqual(new Set(acknowledged));
  });

  test('the doctor says what the database is, and what is wrong where it cannot be used', async () => {
    const url = await cluster.createDatabase();
    const findings = await checkDatabase(url);
    expect(findings[0]).toMatchObject({ state: 'ok', subject: 'database' });
    expect(findings[0]?.detail).toMatch(/^version 1\d\.\d+/);
    expect(findings.every(({ state }) => state === 'ok')).toBe(true);
    const wrong = await checkDatabase(url.replace(/\/[^/]+$/, '/nowhere'));
    expect(wrong).toMatchObject([{ state: 'fail', advice: 'check VIGIE_POSTGRES_URL' }]);
    expect(wrong[0]?.detail).toContain('does not exist');
  });
});
