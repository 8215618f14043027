import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Mosquitto, startMosquitto, whyNoMosquitto } from '../support/mosquitto.ts';
import { createCluster, postgresObstacle, type TestCluster } from '../support/postgres.ts';
import {
  call,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '../support/spawn-platform.ts';
import { until } from '../support/until.ts';

const obstacle = postgresObstacle ?? whyNoMosquitto();
const SECONDS = { timeout: 30_000, interval: 50 };

interface Heard {
  id: string;
  topic: string;
  sensorId: string;
}

describe.skipIf(obstacle !== undefined)('alerts for a broker, of several processes', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  async function spawnOne(url: string, broker: Mosquitto, name: string): Promise<SpawnedPlatform> {
    const folder = temporaryFolder('broker-alerts');
    const env = {
      VIGIE_POSTGRES_URL: url,
      VIGIE_MQTT_URL: `mqtt://127.0.0.1:${broker.port}`,
      VIGIE_MQTT_CLIENT_ID: name,
      VIGIE_RATE_LIMIT: '0',
    };
    // The second stands by: it lives, and is not ready.
    const platform = await spawnPlatform(folder.path, env, { readyPath: '/health/live' });
    onTestFinished(async () => {
      await platform.kill();
      folder.remove();
    });
    await until(async () => {
      const text = await (await fetch(`${platform.url}/metrics`)).text();
      return /^vigie_mqtt_bridge_connected 1$/m.test(text);
    });
    return platform;
  }

  async function listen(broker: Mosquitto): Promise<Heard[]> {
    const heard: Heard[] = [];
    const client = await broker.client({ protocolVersion: 5 });
    client.on('message', (topic, payload, { properties }) => {
      const { sensor_id: sensorId } = JSON.parse(payload.toString());
      heard.push({ topic, sensorId, id: String(properties?.userProperties?.id) });
    });
    await client.subscribeAsync('v1/alerts/#', { qos: 1 });
    return heard;
  }

  const hot = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      sensor_id: `s${from + at}`,
      readings: { temperature: 40 },
    }));

  test('one process publishes each change, another goes on when it is killed, and none is lost', async () => {
    const broker = await startMosquitto();
    const url = await cluster.createDatabase();
    const first = await spawnOne(url, broker, 'vigie-1');
    const rule = { id: 'hot', when: { metric: 'temperature', above: [{ limit: 35 }] } };
    expect((await call(`${first.url}/v1/rules`, 'POST', rule)).status).toBe(201);
    const second = await spawnOne(url, broker, 'vigie-2');
    const database = new pg.Client({ connectionString: url });
    await database.connect();
    onTestFinished(() => database.end());
    // From here on changes are published.
    await until(async () => {
      const { rows } = await database.query("SELECT FROM published WHERE feed LIKE 'broker %'");
      return rows.length === 1;
    });
    const heard = await listen(broker);
    const changes = async (): Promise<string[]> =>
      (await database.query('SELECT seq FROM alert_history ORDER BY seq')).rows.map(
        ({ seq }) => `alert-change-${seq}`,
      );
    const ids = () => new Set(heard.map(({ id }) => id));

    // While both are there, each change comes once and in the order of the transactions.
    for (let n = 0; n < 10; n++) {
      const { status } = await call(`${first.url}/v1/readings`, 'POST', hot(n, 1));
      expect(status).toBe(200);
    }
    await expect.poll(() => ids().size, SECONDS).toBe(10);
    expect(heard.map(({ id }) => id)).toEqual(await changes());
    expect(heard.map(({ topic }) => topic)).toEqual(
      hot(0, 10).map(({ sensor_id }) => `v1/alerts/${sensor_id}`),
    );

    // The process that judges and most likely publishes is killed as soon as 300 alerts are durable.
    const { status } = await call(`${first.url}/v1/readings`, 'POST', hot(10, 300));
    expect(status).toBe(200);
    await first.kill();
    await expect.poll(() => ids().size, SECONDS).toBe(310);
    await expect
      .poll(
        async () => (await call(`${second.url}/v1/readings`, 'POST', hot(310, 10))).status,
        SECONDS,
      )
      .toBe(200);
    await expect.poll(() => ids().size, SECONDS).toBe(320);
    expect(ids()).toEqual(new Set(await changes()));
    // What came again has the same id and says the same.
    for (const { id, sensorId } of heard) {
      expect(heard.filter((other) => other.id === id && other.sensorId !== sensorId)).toEqual([]);
    }
  });

  test('what became durable while the broker was away is published when it is back', async () => {
    const broker = await startMosquitto();
    const url = await cluster.createDatabase();
    const first = await spawnOne(url, broker, 'vigie-1');
    const rule = { id: 'hot', when: { metric: 'temperature', above: [{ limit: 35 }] } };
    expect((await call(`${first.url}/v1/rules`, 'POST', rule)).status).toBe(201);
    const database = new pg.Client({ connectionString: url });
    await database.connect();
    onTestFinished(() => database.end());
    await until(async () => {
      const { rows } = await database.query("SELECT FROM published WHERE feed LIKE 'broker %'");
      return rows.length === 1;
    });
    await broker.kill();
    // Durable meanwhile, and told by nobody.
    expect((await call(`${first.url}/v1/readings`, 'POST', hot(0, 20))).status).toBe(200);
    await broker.start();
    const heard = await listen(broker);
    await expect.poll(() => new Set(heard.map(({ id }) => id)).size, SECONDS).toBe(20);
  });
});

test.skipIf(obstacle === undefined)('alerts for a broker: left out', ({ skip }) => {
  skip(obstacle);
});
