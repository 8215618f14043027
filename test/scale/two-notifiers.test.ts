import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestApp, type Json, type TestApp } from '#test/support/app.ts';
import { addReceiver, events, reading } from '#test/support/notified.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import {
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '#test/support/spawn-platform.ts';
import type { WebhookReceiver } from '#test/support/webhook-receiver.ts';

const PATIENCE = { timeout: 60_000, interval: 200 };
const ALERTS = 120;

describe.skipIf(postgresObstacle !== undefined)('two notifier processes over one database', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  async function fleet() {
    const url = await cluster.createDatabase();
    const platform = await createTestApp({
      VIGIE_POSTGRES_URL: url,
      VIGIE_ROLES: 'gateway,processor,api',
    });
    await platform.put('/v1/rules/hot', {
      when: { metric: 'temperature', above: [{ limit: 30 }] },
    });
    const start = async (): Promise<SpawnedPlatform> => {
      const folder = temporaryFolder('notifier');
      const notifier = await spawnPlatform(folder.path, {
        VIGIE_POSTGRES_URL: url,
        VIGIE_ROLES: 'notifier',
        VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
      });
      onTestFinished(async () => {
        await notifier.kill();
        folder.remove();
      });
      return notifier;
    };
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    const ask = async (text: string): Promise<Json[]> => (await client.query(text)).rows;
    return { platform, start, ask };
  }

  const raise = (platform: TestApp, from: number, count: number) =>
    platform.send(...Array.from({ length: count }, (_, at) => reading(31, `oven-${from + at}`)));

  /** What each contact was told of each alert. */
  function heardBy(receiver: WebhookReceiver): string[] {
    return events(receiver).map(({ type, subject }) => `${type} ${subject}`);
  }

  test('steps and digests are made once each, and none is missing', async () => {
    const { platform, start, ask } = await fleet();
    const [anne, bob, desk] = await Promise.all(
      ['anne', 'bob', 'desk'].map((id) => addReceiver(platform, id)),
    );
    await platform.put('/v1/policies/steps', {
      steps: [{ contacts: ['anne'] }, { after: '2s', contacts: ['bob'] }],
    });
    await platform.put('/v1/policies/together', {
      steps: [{ contacts: ['desk'] }],
      group: { by: ['rule'], wait: '1s', interval: '2s' },
    });
    await Promise.all([start(), start()]);
    for (let from = 0; from < ALERTS; from += 20) {
      await raise(platform, from, 20);
      await sleep(300);
    }
    const done = `SELECT count(*)::int AS left FROM notifications WHERE state NOT IN ('sent', 'given_up') AND digest_id IS NULL`;
    await expect.poll(() => heardBy(bob!).length, PATIENCE).toBeGreaterThanOrEqual(ALERTS);
    await expect.poll(async () => (await ask(done))[0]?.left, PATIENCE).toBe(0);

    const ovens = Array.from({ length: ALERTS }, (_, at) => `oven-${at}`).toSorted();
    const subjects = (receiver: WebhookReceiver, type: string) =>
      events(receiver)
        .filter((event) => event.type === type)
        .map(({ subject }) => subject)
        .toSorted();
    expect(subjects(anne!, 'vigie.alert.raised')).toEqual(ovens);
    expect(subjects(bob!, 'vigie.alert.escalated')).toEqual(ovens);
    expect(events(anne!)).toHaveLength(ALERTS);
    expect(events(bob!)).toHaveLength(ALERTS);
    // Each alert is in one digest, or was told by itself.
    const digests = events(desk!);
    const listed = digests.flatMap(({ type, data, subject }) =>
      type === 'vigie.alert.digest' ? data.alerts.map((alert: Json) => alert.sensor_id) : [subject],
    );
    expect(listed.toSorted()).toEqual(ovens);
    expect(digests.length).toBeLessThan(ALERTS / 4);
    const made = await ask(
      `SELECT contact_id, type, count(*)::int AS rows, count(DISTINCT alert_id)::int AS alerts
       FROM notifications WHERE type <> 'digest' GROUP BY 1, 2 ORDER BY 1, 2`,
    );
    expect(made).toEqual([
      { contact_id: 'anne', type: 'raised', rows: ALERTS, alerts: ALERTS },
      { contact_id: 'bob', type: 'escalated', rows: ALERTS, alerts: ALERTS },
      { contact_id: 'desk', type: 'raised', rows: ALERTS, alerts: ALERTS },
    ]);
    const owners = await ask(
      'SELECT DISTINCT claimed_by FROM notifications WHERE claimed_by IS NOT NULL',
    );
    expect(owners).toHaveLength(2);
  });

  test('one that is killed while it sends a digest leaves it to the other, under the same id', async () => {
    const { platform, start, ask } = await fleet();
    const desk = await addReceiver(platform, 'desk');
    await platform.put('/v1/policies/together', {
      steps: [{ contacts: ['desk'] }],
      group: { by: ['rule'], wait: '1s', interval: '2s' },
    });
    const notifiers = await Promise.all([start(), start()]);
    // The answer to a digest does not come.
    desk.answer((_request, response) => {
      if (JSON.parse(desk.received.at(-1)!.body).type !== 'vigie.alert.digest') response.end();
    });
    await raise(platform, 0, 12);
    const digests = () => desk.received.filter(({ body }) => body.includes('vigie.alert.digest'));
    await expect.poll(() => digests().length, PATIENCE).toBe(1);
    const id = digests()[0]!.headers['webhook-id'] as string;
    const [{ claimed_by: owner }] = (await ask(
      `SELECT claimed_by FROM notifications WHERE id = '${id}'`,
    )) as [Json];
    const pid = Number(String(owner).split('/')[1]);
    const killed = notifiers.find((one) => one.process.pid === pid);
    expect(killed).toBeDefined();
    await killed!.kill();
    desk.answer(200);
    // A claim ends after 90 s by the clock of the database, which is set on here; the other looks when there is news.
    await ask(`UPDATE notifications SET claimed_until = claimed_until - 90000 WHERE id = '${id}'`);
    await raise(platform, 100, 1);
    await expect.poll(() => digests().length, PATIENCE).toBe(2);
    const [first, again] = digests();
    expect(again!.headers['webhook-id']).toBe(id);
    expect(JSON.parse(again!.body).data.alerts).toEqual(JSON.parse(first!.body).data.alerts);
    expect(JSON.parse(again!.body).data.alerts).toHaveLength(12);
    const delivery = async () => (await platform.call('GET', `/v1/deliveries/${id}`)).body;
    await expect.poll(async () => (await delivery()).state, PATIENCE).toBe('sent');
    expect(await delivery()).toMatchObject({
      type: 'digest',
      receipt: 'HTTP 200',
      attempts: [{ outcome: 'sent' }],
    });
    // Of its members the ledger says in which message they went out; none is told by itself.
    const members = await ask(
      `SELECT count(*)::int AS members FROM notifications WHERE digest_id = '${id}'`,
    );
    expect(members).toEqual([{ members: 12 }]);
    await sleep(500);
    expect(digests()).toHaveLength(2);
  });
});
