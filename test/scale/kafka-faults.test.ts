import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTestApp, type TestApp } from '#test/support/app.ts';
import { ask } from '#test/support/ask-postgres.ts';
import { type BatchFleet, createBatchFleet, kill } from '#test/support/batch-fleet.ts';
import { BATCH_RULE, countAll, countsOf, createBatchLoad } from '#test/support/batch-load.ts';
import { createFaultProxy, type FaultProxy } from '#test/support/fault-proxy.ts';
import { createKafka, kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import { MIB, mountSmallDisk, whyNoSmallDisk } from '#test/support/small-disk.ts';
import { until } from '#test/support/until.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';

const MINUTE = 60_000;

describe.skipIf(kafkaIsMissing() || postgresObstacle !== undefined)(
  'faults around the database, with Kafka in front',
  () => {
    async function cluster(settings = {}, parent?: string): Promise<TestCluster> {
      const made = await createCluster(settings, parent);
      onTestFinished(() => made.remove());
      return made;
    }

    async function fleetOn(
      server: TestCluster,
      processorPort = server.port,
    ): Promise<{ fleet: BatchFleet; url: string }> {
      const url = await server.createDatabase();
      const common = { way: 'kafka', url, processorPort, atEnd: onTestFinished } as const;
      const fleet = await createBatchFleet(common);
      fleet.load.start();
      await moreStored(fleet);
      return { fleet, url };
    }

    async function storedNow(fleet: BatchFleet): Promise<number> {
      return (await fleet.counts()).numbers[0];
    }

    async function moreStored(fleet: BatchFleet): Promise<void> {
      const before = await storedNow(fleet);
      await until(async () => (await storedNow(fleet)) > before + 2000);
    }

    /** Resolves once gateways acknowledge more and more, and the database gets none of it. */
    async function onlyTheLogGrows({ load, counts }: BatchFleet): Promise<void> {
      // A database without room may not even be able to count.
      const look = async () => (await counts().catch(() => undefined))?.numbers[0];
      await until(async () => {
        const { acknowledged } = load;
        const before = await look();
        await until(() => load.acknowledged > acknowledged + 10);
        return (await look()) === before;
      });
    }

    const returns: [string, (proxy: FaultProxy) => void][] = [
      ['comes back as it was', (proxy) => proxy.heal()],
      ['comes back and has forgotten its connections', (proxy) => proxy.healForNew()],
    ];
    test.each(returns)(
      'a network that is cut between processor and database, and %s: nothing is lost, nothing is there twice',
      async (_, comeBack) => {
        const server = await cluster();
        const proxy = await createFaultProxy(server.port, onTestFinished);
        const { fleet } = await fleetOn(server, proxy.port);
        proxy.cut();
        await onlyTheLogGrows(fleet);
        comeBack(proxy);
        await moreStored(fleet);
        await fleet.load.stop();
        await fleet.expectEachOnce();
      },
    );

    test('a processor that is cut off from the database and then killed: another goes on from what is stored', async () => {
      const server = await cluster();
      const proxy = await createFaultProxy(server.port, onTestFinished);
      const { fleet } = await fleetOn(server, proxy.port);
      proxy.cut();
      await onlyTheLogGrows(fleet);
      await kill(fleet.processor.process);
      await fleet.forgetDead();
      // Its connections are as they were for the server: nobody has told it that they are over.
      proxy.healForNew();
      fleet.processor = await fleet.startProcessor();
      await moreStored(fleet);
      await fleet.load.stop();
      await fleet.expectEachOnce();
    });

    test.skipIf(whyNoSmallDisk() !== undefined)(
      'a full disk under the database: readings wait in Kafka, and are stored once there is room',
      async () => {
        const disk = mountSmallDisk(400);
        const small = { max_wal_size: '64MB', min_wal_size: '64MB', shared_buffers: '16MB' };
        const server = await cluster(small, disk.path);
        const { fleet, url } = await fleetOn(server);
        disk.fill(3 * MIB);
        await onlyTheLogGrows(fleet);
        disk.release();
        // A server that could not even write its log has stopped itself; whoever keeps it starts it again.
        if ((await ask(url, 'SELECT 1').catch(() => undefined)) === undefined) {
          await server.stop('immediate');
          await server.start();
        }
        await moreStored(fleet);
        await fleet.load.stop();
        // A notifier that could not write down what it sent sends it again, with the same id.
        await fleet.expectEachOnce({ mayPostAgain: true });
      },
    );

    describe('nodes whose clocks differ', () => {
      async function platforms(partitions: number) {
        const server = await cluster();
        const url = await server.createDatabase();
        const kafka = await createKafka();
        return {
          url,
          start: (roles: string, aheadMs: number): Promise<TestApp> =>
            createTestApp(
              {
                VIGIE_POSTGRES_URL: url,
                VIGIE_KAFKA_BROKERS: kafka.brokers,
                VIGIE_KAFKA_PARTITIONS: String(partitions),
                VIGIE_ROLES: roles,
                VIGIE_RATE_LIMIT: '0',
              },
              { clock: { now: () => Date.now() + aheadMs } },
            ),
        };
      }

      test('each reading, alert and notification is there once, while gateways, processors and notifiers disagree', async () => {
        const { url, start } = await platforms(2);
        const api = await start('api', 0);
        const receiver = await createWebhookReceiver(onTestFinished);
        // What is silent has a test of its own: here a pump may be, once the load has ended.
        await api.put('/v1/rules/silent', { when: { silent: 'auto' }, enabled: false });
        await api.put('/v1/rules/hot', BATCH_RULE);
        const hook = { channel: 'webhook', settings: { url: receiver.url } };
        await api.put('/v1/contacts/hook', hook);
        // Less than what makes a reading late, or one of the future.
        const gateways = [await start('gateway', -4 * MINUTE), await start('gateway', 4 * MINUTE)];
        for (const aheadMs of [0, 20 * MINUTE, -20 * MINUTE]) await start('notifier', aheadMs);
        const fast = await start('processor', 4 * MINUTE);
        let turn = 0;
        const load = createBatchLoad({ url: () => gateways[turn++ % 2]!.url, withRefused: true });
        load.start();
        const more = async () => {
          const before = (await countAll(url, receiver)).numbers[0];
          await until(async () => (await countAll(url, receiver)).numbers[0] > before + 3000);
        };
        await more();
        await start('processor', -4 * MINUTE);
        await more();
        await fast.app.stop();
        await more();
        await load.stop();
        const expected = countsOf(load.acknowledged, { withRefused: true });
        await expect
          .poll(() => countAll(url, receiver), { timeout: MINUTE, interval: 200 })
          .toEqual(expected);
      });

      test('silence is told where there is one, and not where a gateway has another time', async () => {
        const { start } = await platforms(1);
        const api = await start('api', 0);
        const right = await start('gateway', 0);
        const slow = await start('gateway', -20 * MINUTE);
        const fast = await start('gateway', 20 * MINUTE);
        const first = await start('processor', 0);
        const quiet = (sensor: string, silent: string) =>
          api.put(`/v1/rules/${sensor}`, { where: { sensors: [sensor] }, when: { silent } });
        await quiet('slow', '5m');
        await quiet('fast', '15s');
        const alerts = async () => (await api.call('GET', '/v1/alerts')).body.items;
        const bodyOf = (id: string) => JSON.stringify({ sensor_id: id, readings: { t: 1 } });
        // A gateway that has just started may ask to come again; of a reading so refused nothing is taken.
        const send = (gateway: TestApp, id: string) =>
          expect
            .poll(async () => (await gateway.post(bodyOf(id), { prefer: 'wait=20' })).status, {
              timeout: 30_000,
            })
            .toBe(200);
        // What is read first of all may have waited for as long as it says.
        await send(right, 'other');
        for (let times = 0; times < 8; times++) {
          await send(slow, 'slow');
          await send(fast, 'fast');
          await sleep(400);
        }
        expect(await alerts()).toEqual([]);
        // The next one, too, knows that the log was read later than what it reads first says.
        await first.app.stop();
        expect((await slow.post(bodyOf('slow'))).status).toBe(202);
        await start('processor', 0);
        await send(slow, 'slow');
        await expect
          .poll(alerts, { timeout: 40_000 })
          .toMatchObject([{ sensor_id: 'fast', state: 'active' }]);
      });
    });
  },
);
