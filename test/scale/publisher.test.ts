import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventTurns } from '#services/publisher/event-turns.ts';
import { Publisher } from '#services/publisher/publisher.ts';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { createChangeFeed } from '#storage/postgres/published-changes.ts';
import { KafkaEvents } from '#stream/kafka/kafka-events.ts';
import { ensureTopics, TOPICS } from '#stream/kafka/topics.ts';
import { createKafka, kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import { kafkaSettings, readTopic, silentLog } from '#test/support/kafka-records.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import { until } from '#test/support/until.ts';

const ALERT = `INSERT INTO alerts (id, customer, rule_id, sensor_pk, sensor_id, metric, condition, state, severity,
  highest_severity, started_at, received_at) VALUES ('a1', 'main', 'hot', 1, 's1', 't', 'above', 'active', 'warning', 'warning', 1000, 1000)`;
const change = (text: string) =>
  `INSERT INTO alert_history (alert_id, at, by, change, severity, comment) VALUES ('a1', 2000, 'system', 'commented', 'warning', '${text}') RETURNING seq`;

describe.skipIf(kafkaIsMissing() || postgresObstacle !== undefined)('Publisher', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  async function createStore(): Promise<{ storage: PostgresStorage; url: string }> {
    const url = await cluster.createDatabase();
    const storage = await openPostgres({ url, log: silentLog(), now: Date.now, owner: 'test' });
    onTestFinished(() => storage.close());
    return { storage, url };
  }

  test('changes are handed over in the order of their transactions, once those before them have ended', async () => {
    const { storage, url } = await createStore();
    const { pool } = storage;
    const feed = createChangeFeed(pool);
    await pool.query(ALERT);
    const slow = new pg.Client({ connectionString: url });
    await slow.connect();
    onTestFinished(() => slow.end());
    await slow.query('BEGIN');
    await slow.query(change('first to begin'));
    await pool.query(change('second'));
    const heard: (string | null)[] = [];
    const listen = () =>
      feed.alertChanges(async (changes) => {
        heard.push(...changes.map(({ entry }) => entry.comment));
      });
    expect(await listen()).toBe(0);
    await slow.query('COMMIT');
    expect(await listen()).toBe(2);
    expect(await listen()).toBe(0);
    expect(heard).toEqual(['first to begin', 'second']);
  });

  test('what could not be handed over comes again, and one process at a time has the turn', async () => {
    const { storage } = await createStore();
    const feed = createChangeFeed(storage.pool);
    await storage.pool.query(ALERT);
    await storage.pool.query(change('x'));
    await expect(feed.alertChanges(() => Promise.reject(new Error('away')))).rejects.toThrow();
    let inner: number | undefined | string = 'not asked';
    const outer = await feed.alertChanges(async (changes) => {
      expect(changes.map(({ entry }) => entry.comment)).toEqual(['x']);
      inner = await feed.alertChanges(async () => undefined);
    });
    expect([outer, inner]).toEqual([1, undefined]);
  });

  test('after a restore on another server what is new is handed over, and nothing old again', async () => {
    const { storage } = await createStore();
    const { pool } = storage;
    const feed = createChangeFeed(pool);
    await pool.query(ALERT);
    await pool.query(change('old'));
    await feed.alertChanges(async () => undefined);
    await pool.query("UPDATE alert_history SET txid = '99999999999'");
    await pool.query("UPDATE published SET txid = '99999999999'");
    await pool.query(change('new'));
    const heard: (string | null)[] = [];
    await feed.alertChanges(async (changes) => {
      heard.push(...changes.map(({ entry }) => entry.comment));
    });
    expect(heard).toEqual(['new']);
  });

  test('alert changes and dead letters are on their topics as CloudEvents, though the broker was away meanwhile', async () => {
    const kafka = await createKafka();
    const settings = kafkaSettings(kafka.brokers);
    await ensureTopics(settings, 'test');
    const { storage } = await createStore();
    const { pool } = storage;
    const sink = new KafkaEvents({ settings, clientId: 'p', log: silentLog() });
    onTestFinished(() => sink.close());
    const publisher = new Publisher({
      turns: eventTurns({
        feed: createChangeFeed(pool),
        sink,
        source: 'https://vigie.example.org',
      }),
      log: silentLog(),
    });
    await pool.query(ALERT);
    await pool.query(change('one'));
    await kafka.nodes[0]!.kill();
    publisher.start();
    onTestFinished(() => publisher.stop());
    await pool.query(change('two'));
    await pool.query(
      `INSERT INTO dead_letters (customer, received_at, source, sensor_id, code, pointer, detail, payload)
       VALUES ('main', 3000, 'http', NULL, 'invalid_json', '', 'Not JSON.', 'rubbish')`,
    );
    await kafka.nodes[0]!.start();
    await until(async () => {
      const { rows } = await pool.query("SELECT seq FROM published WHERE feed = 'dead_letters'");
      return rows[0].seq === 1;
    });
    const events = new Map<string, Record<string, unknown>>();
    for (const { value, headers, key } of await readTopic(settings, TOPICS.alerts)) {
      expect(key).toBe('main/s1');
      expect(headers).toEqual({ 'content-type': 'application/cloudevents+json; charset=UTF-8' });
      const event = JSON.parse(value);
      events.set(event.id, event);
    }
    expect([...events.keys()]).toEqual(['alert-change-1', 'alert-change-2']);
    expect(events.get('alert-change-2')).toMatchObject({
      specversion: '1.0',
      source: 'https://vigie.example.org',
      type: 'vigie.alert.commented',
      subject: 's1',
      time: '1970-01-01T00:00:02.000Z',
      customer: 'main',
      data: { alert: { id: 'a1', state: 'active' }, change: { comment: 'two', by: 'system' } },
    });
    const [letter] = await readTopic(settings, TOPICS.deadLetters);
    expect(JSON.parse(letter!.value)).toMatchObject({
      id: 'dead-letter-1',
      type: 'vigie.reading.refused',
      data: { code: 'invalid_json', payload: 'rubbish', source: 'http' },
    });
  });
});
