import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestApp, type TestApp } from '#test/support/app.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import { ADMIN_KEY } from '#test/support/spawn-platform.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';

const PATIENCE = { timeout: 15_000, interval: 50 };
const ready = { timeout: 30_000, interval: 100 };

describe.skipIf(postgresObstacle !== undefined)(
  'roles in processes of their own, over one database',
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await createCluster();
    });
    afterAll(() => cluster.remove());

    async function fleet() {
      const url = await cluster.createDatabase();
      const start = (roles: string) =>
        createTestApp({ VIGIE_POSTGRES_URL: url, VIGIE_ROLES: roles });
      const gateway = await start('gateway,processor');
      return { url, start, gateway };
    }

    const warm = { when: { metric: 't', above: [{ limit: 8, severity: 'critical' }] } };

    async function alertsOf(platform: TestApp) {
      return (await platform.call('GET', '/v1/alerts')).body.items;
    }

    test('every process serves health and metrics, whatever its roles', async () => {
      const { start, gateway } = await fleet();
      const notifier = await start('notifier');
      for (const platform of [gateway, notifier]) {
        expect((await fetch(`${platform.url}/health/live`)).status).toBe(200);
        expect((await fetch(`${platform.url}/health/ready`)).status).toBe(200);
        expect(await (await fetch(`${platform.url}/metrics`)).text()).toContain('process_cpu');
      }
      expect((await notifier.call('GET', '/v1/sensors')).status).toBe(404);
    });

    test('what is changed at one process is followed by the others', async () => {
      const { start, gateway } = await fleet();
      const api = await start('api');
      await gateway.send({ sensor_id: 'f1', readings: { t: 9 } });
      await api.put('/v1/rules/warm', warm);
      await expect
        .poll(() => alertsOf(api), PATIENCE)
        .toMatchObject([{ sensor_id: 'f1', state: 'active' }]);
      await gateway.send({ sensor_id: 'f1', readings: { t: 2 } });
      await expect.poll(() => alertsOf(api), PATIENCE).toMatchObject([{ state: 'cleared' }]);

      const made = await api.call('POST', '/v1/api-keys', { name: 'x', scopes: ['ingest'] });
      const headers = { authorization: `Bearer ${made.body.key}` };
      const reading = '{"sensor_id":"f1","readings":{"t":1}}';
      expect((await gateway.post(reading, headers)).status).toBe(200);
      await api.call('DELETE', `/v1/api-keys/${made.body.id}`);
      await expect
        .poll(async () => (await gateway.post(reading, headers)).status, PATIENCE)
        .toBe(401);
    });

    test('the canary of one gateway at a time goes to a notifier elsewhere, and any API tells of it', async () => {
      const url = await cluster.createDatabase();
      const start = (roles: string) =>
        createTestApp({ VIGIE_POSTGRES_URL: url, VIGIE_ROLES: roles, VIGIE_CANARY: '2s' });
      await start('gateway,processor');
      await start('notifier');
      const api = await start('api');
      const canary = async () => (await api.call('GET', '/v1/self-watch')).body.canary;
      await expect.poll(async () => (await canary()).latency?.count, ready).toBeGreaterThan(1);
      expect(await canary()).toMatchObject({ state: 'ok', last_failure: null });
    });

    test('an API that judges no readings shows the newest values, cadence and status', async () => {
      const { start, gateway } = await fleet();
      const api = await start('api');
      const base = Date.now() - 60_000;
      const readings = Array.from({ length: 20 }, (_, k) => ({
        sensor_id: 'f1',
        timestamp: new Date(base + k * 2000).toISOString(),
        readings: { t: k, h: -k },
      }));
      await gateway.send(...readings);
      const { body } = await api.call('GET', '/v1/sensors/f1');
      expect(body).toMatchObject({
        status: 'ok',
        metrics: { t: { last: { value: 19 } }, h: { last: { value: -19 } } },
        last_seen_at: readings.at(-1)?.timestamp,
      });
      const list = (await api.call('GET', '/v1/sensors?status=ok')).body.items;
      expect(list).toHaveLength(1);
      await expect
        .poll(async () => (await api.call('GET', '/v1/sensors/f1')).body.cadence, PATIENCE)
        // What a buffer pours out at once is one arrival: the next is expected after as long again.
        .toBe('20s');
      const latest = (await api.call('GET', '/v1/sensors/f1/latest')).body;
      expect(latest.metrics.t.last.value).toBe(19);
    });

    test('sensors made and removed at one process are known to the one that judges their readings', async () => {
      const { start, gateway } = await fleet();
      const api = await start('api');
      await api.put('/v1/rules/warm', warm);
      const made = await api.call('POST', '/v1/sensors', { id: 'f1', labels: { site: 'lyon' } });
      expect(made.status).toBe(201);
      expect((await api.call('POST', '/v1/sensors', { id: 'f1' })).status).toBe(409);
      await expect
        .poll(() => gateway.app.processor.fleet.find('main', 'f1')?.labels, PATIENCE)
        .toEqual({ site: 'lyon' });
      await gateway.send({ sensor_id: 'f1', readings: { t: 20 } });
      await expect.poll(() => alertsOf(api), PATIENCE).toMatchObject([{ state: 'active' }]);
      expect((await api.call('DELETE', '/v1/sensors/f1')).status).toBe(204);
      expect(await alertsOf(api)).toMatchObject([{ state: 'cleared' }]);
      await expect
        .poll(() => gateway.app.processor.fleet.find('main', 'f1'), PATIENCE)
        .toBe(undefined);
      // It registers itself anew with its next reading.
      await gateway.send({ sensor_id: 'f1', readings: { t: 1 } });
      expect((await api.call('GET', '/v1/sensors/f1')).body.labels).toEqual({});
    });

    test('live events reach a browser whichever process it talks to', async () => {
      const { start, gateway } = await fleet();
      const api = await start('api');
      await api.put('/v1/rules/warm', warm);
      await expect
        .poll(() => gateway.app.processor.fleet.bookOf('main')?.get('warm'), PATIENCE)
        .toBeDefined();
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      const stream = await fetch(`${api.url}/v1/events?topics=samples,alerts`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
        signal: stop.signal,
      });
      let text = '';
      void (async () => {
        const decoder = new TextDecoder();
        for await (const chunk of stream.body!) text += decoder.decode(chunk);
      })().catch(() => undefined);
      let value = 20;
      await expect
        .poll(async () => {
          await gateway.send({ sensor_id: 'f1', readings: { t: value++ } });
          return /event: sample/.test(text) && /event: alert/.test(text);
        }, ready)
        .toBe(true);
      expect(text).toContain('"sensor_id":"f1"');
    });

    test('what is changed by way of one process is told once by each, and so are sensors that register themselves', async () => {
      const { start, gateway } = await fleet();
      const [here, there] = [await start('api'), await start('api')];
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      const listen = async ({ url }: { url: string }) => {
        const heard: string[] = [];
        const headers = { authorization: `Bearer ${ADMIN_KEY}` };
        const init = { headers, signal: stop.signal };
        const stream = await fetch(`${url}/v1/events?topics=changes`, init);
        void (async () => {
          const decoder = new TextDecoder();
          let text = '';
          for await (const chunk of stream.body!) {
            text += decoder.decode(chunk, { stream: true });
            heard.splice(0);
            for (const [, data = ''] of text.matchAll(/^event: change\ndata: (.*)\n/gm)) {
              const { kind, action, id } = JSON.parse(data);
              heard.push(`${kind}.${action} ${id}`);
            }
          }
        })().catch(() => undefined);
        return heard;
      };
      const [heardHere, heardThere] = [await listen(here), await listen(there)];
      await here.put('/v1/places/hall', { name: 'Hall' });
      await gateway.send({ sensor_id: 'f1', readings: { t: 4 } });
      await there.call('PATCH', '/v1/sensors/f1', { name: 'Freezer 1' });
      await here.put('/v1/places/end', { name: 'End' });
      // Word of other processes comes when it comes; a second telling of anything would be there with the last.
      for (const heard of [heardHere, heardThere]) {
        await expect
          .poll(() => [...heard].sort(), PATIENCE)
          .toEqual(['place.put end', 'place.put hall', 'sensor.patch f1', 'sensor.register f1']);
      }
    });

    test('several notifiers send each notification once, and one that ends leaves nothing undone', async () => {
      const { start, gateway } = await fleet();
      const receiver = await createWebhookReceiver(onTestFinished);
      await start('notifier');
      const second = await start('notifier');
      const api = await start('api');
      await api.put('/v1/rules/warm', warm);
      await api.put('/v1/contacts/hook', {
        name: 'Hook',
        channel: 'webhook',
        settings: { url: receiver.url },
        language: 'en',
      });
      await expect
        .poll(() => gateway.app.processor.fleet.bookOf('main')?.get('warm'), PATIENCE)
        .toBeDefined();
      await sleep(300);
      const send = (from: number) =>
        gateway.send(
          ...Array.from({ length: 60 }, (_, k) => ({
            sensor_id: `f${from + k}`,
            readings: { t: 9 },
          })),
        );
      await send(0);
      await receiver.waitFor(60);
      await second.app.stop();
      await send(60);
      await receiver.waitFor(120);
      await sleep(500);
      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      expect(ids).toHaveLength(120);
      expect(new Set(ids).size).toBe(120);
      const deliveries = (await api.call('GET', '/v1/deliveries?limit=200')).body.items;
      expect(deliveries.filter(({ state }: { state: string }) => state === 'sent')).toHaveLength(
        120,
      );
    });

    test('word from others that was missed while the database was away is caught up with', async () => {
      const { start, gateway } = await fleet();
      const api = await start('api');
      await gateway.send({ sensor_id: 'f1', readings: { t: 9 } });
      await cluster.stop('immediate');
      await cluster.start();
      await expect
        .poll(async () => (await api.call('PUT', '/v1/rules/warm', warm)).status, ready)
        .toBeLessThan(300);
      await expect
        .poll(() => alertsOf(api).catch(() => []), ready)
        .toMatchObject([{ state: 'active' }]);
    });
  },
);
