import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { createProcessor, type TestProcessor } from '#test/support/processor.ts';

const START = Date.now() - 60_000;

/** `values`: the temperature, or all metrics. */
function reading(sensorId: string, seconds: number, values: number | Record<string, number>) {
  return {
    sensor_id: sensorId,
    timestamp: new Date(START + seconds * 1000).toISOString(),
    readings: typeof values === 'number' ? { temperature: values } : values,
  };
}

async function storedValues(platform: TestProcessor, sensorId: string, metric = 'temperature') {
  const seriesId = platform.processor.fleet.find('main', sensorId)?.series.get(metric)?.id ?? -1;
  const slice = await platform.history.samples({ seriesId, fromMs: 0, toMs: 4e12, limit: 1000 });
  return Array.from({ length: slice.count }, (_, at) => [
    Math.round((slice.timesMs[at]! - START) / 1000),
    slice.values[at],
  ]);
}

function alertsOf(platform: TestProcessor) {
  return platform.storage.state.db
    .selectFrom('alerts')
    .select(['rule_id', 'sensor_id', 'state', 'severity', 'value'])
    .orderBy('started_at')
    .orderBy('id')
    .execute();
}

const hot = { id: 'hot', when: { metric: 'temperature', above: [{ limit: 30 }] } };

test('new, repeated, replaced and late readings are told apart and stored once', async () => {
  const platform = await createProcessor();
  expect(await platform.send([reading('a', 0, 1), reading('a', 10, 2)])).toMatchObject({
    accepted: 2,
    duplicates: 0,
    late: 0,
  });
  expect(await platform.send([reading('a', 10, 2), reading('a', 0, 1)])).toMatchObject({
    accepted: 0,
    duplicates: 2,
  });
  expect(await platform.send(reading('a', 10, 3))).toMatchObject({
    accepted: 1,
    replaced: 1,
    late: 0,
  });
  expect(
    await platform.send([reading('a', 5, 9), reading('a', 5, 9), reading('a', 0, 7)]),
  ).toMatchObject({
    accepted: 2,
    duplicates: 1,
    late: 2,
    replaced: 1,
  });
  expect(await storedValues(platform, 'a')).toEqual([
    [0, 7],
    [5, 9],
    [10, 3],
  ]);
});

test('one request may hold a sample in order and the same again out of order', async () => {
  const platform = await createProcessor();
  const outcome = await platform.send([
    reading('a', 0, 1),
    reading('a', 5, 2),
    reading('a', 0, 1),
    reading('a', 0, 4),
  ]);
  expect(outcome).toMatchObject({ accepted: 3, duplicates: 1, replaced: 1 });
  expect(await storedValues(platform, 'a')).toEqual([
    [0, 4],
    [5, 2],
  ]);
});

test('a reading of which one metric is new is accepted, and counted once', async () => {
  const platform = await createProcessor();
  await platform.send(reading('a', 0, 1));
  expect(await platform.send(reading('a', 0, { temperature: 1, humidity: 40 }))).toMatchObject({
    accepted: 1,
    duplicates: 0,
  });
  expect(await storedValues(platform, 'a', 'humidity')).toEqual([[0, 40]]);
});

test('what was sent before a crash is still a duplicate after it', async () => {
  const platform = await createProcessor();
  await platform.send([reading('a', 0, 1), reading('a', 10, 2)]);
  await platform.restart('crash');
  expect(await platform.send([reading('a', 0, 1), reading('a', 10, 2)])).toMatchObject({
    duplicates: 2,
    accepted: 0,
  });
  expect(await storedValues(platform, 'a')).toHaveLength(2);
});

test.each(['crash', 'stop'] as const)(
  'an alert stands through a %s: it is not raised again, and clears',
  async (how) => {
    const platform = await createProcessor();
    await platform.putRule(hot);
    const { alerts } = await platform.send(reading('a', 0, 40));
    expect(alerts).toMatchObject([{ rule_id: 'hot', state: 'active', notification: 'none' }]);
    await platform.restart(how);
    expect((await platform.send(reading('a', 5, 41))).alerts).toEqual([]);
    const cleared = await platform.send(reading('a', 10, 20));
    expect(cleared.alerts).toMatchObject([{ id: alerts[0]?.id, state: 'cleared' }]);
    expect(await alertsOf(platform)).toMatchObject([{ state: 'cleared' }]);
  },
);

test.each(['crash', 'stop'] as const)(
  'a delay that runs goes on after a %s and raises with its true start',
  async (how) => {
    const platform = await createProcessor();
    await platform.putRule({ id: 'hot', when: { ...hot.when, on_delay: '62s' } });
    expect((await platform.send(reading('a', 0, 40))).alerts).toEqual([]);
    await platform.restart(how);
    await vi.waitFor(async () => expect(await alertsOf(platform)).toHaveLength(1), {
      timeout: 6000,
    });
    const [row] = await platform.storage.state.db.selectFrom('alerts').selectAll().execute();
    expect(row).toMatchObject({ started_at: START, state: 'active' });
  },
);

test('a rule that is made sees the value that stands; one that is removed closes its alert', async () => {
  const platform = await createProcessor();
  await platform.send(reading('a', 0, 40));
  await platform.putRule(hot);
  await vi.waitFor(async () =>
    expect(await alertsOf(platform)).toMatchObject([{ state: 'active' }]),
  );
  await platform.removeRule('hot');
  await vi.waitFor(async () =>
    expect(await alertsOf(platform)).toMatchObject([{ state: 'cleared' }]),
  );
});

test('a rule that is changed keeps the alert while it still holds, and closes it when it does not', async () => {
  const platform = await createProcessor();
  await platform.putRule(hot);
  await platform.send(reading('a', 0, 40));
  await platform.putRule({ id: 'hot', when: { metric: 'temperature', above: [{ limit: 35 }] } });
  expect(await alertsOf(platform)).toMatchObject([{ state: 'active' }]);
  await platform.putRule({ id: 'hot', when: { metric: 'temperature', above: [{ limit: 50 }] } });
  await vi.waitFor(async () =>
    expect(await alertsOf(platform)).toMatchObject([{ state: 'cleared' }]),
  );
  expect(await alertsOf(platform)).toHaveLength(1);
});

test.each(['change', 'crash'] as const)(
  'an alert goes on when its rule is changed, without another on-delay (%s)',
  async (how) => {
    const platform = await createProcessor();
    const slow = { metric: 'temperature', above: [{ limit: 30 }], on_delay: '20s' };
    await platform.putRule({ id: 'hot', when: slow });
    await platform.send([reading('a', 0, 40), reading('a', 25, 40)]);
    expect(await alertsOf(platform)).toMatchObject([{ state: 'active' }]);
    if (how === 'crash') await platform.restart('crash');
    await platform.send(reading('a', 58, 40));
    await platform.putRule({ id: 'hot', when: { ...slow, above: [{ limit: 31 }] } });
    await platform.send(reading('a', 59, 40));
    expect(await alertsOf(platform)).toMatchObject([{ state: 'active' }]);
    await platform.send(reading('a', 59.5, 20));
    expect(await alertsOf(platform)).toMatchObject([{ state: 'cleared' }]);
  },
);

test('a rule of which only texts change goes on where it was, also through a crash', async () => {
  const platform = await createProcessor();
  const jump = { metric: 'temperature', change: { by: 5, within: '10m' } };
  await platform.putRule({ id: 'jump', when: jump });
  await platform.putRule({ id: 'mute', when: { silent: '1s' } });
  await platform.send([reading('a', 0, 10), reading('a', 1, 40)]);
  await vi.waitFor(async () => expect(await alertsOf(platform)).toHaveLength(2), { timeout: 4000 });
  await platform.putRule({ id: 'jump', name: { en: 'Jump' }, when: jump });
  await platform.putRule({ id: 'mute', name: { en: 'Mute' }, when: { silent: '1s' } });
  await platform.putRule({ id: 'mute', when: { silent: '900ms' } });
  await platform.restart('crash');
  expect(await alertsOf(platform)).toMatchObject([{ state: 'active' }, { state: 'active' }]);
});

test('a rule that is made after a restart sees a value that was fresh when it came', async () => {
  const platform = await createProcessor({ lateAfterMs: 1500 });
  const now = new Date().toISOString();
  await platform.send({ sensor_id: 'a', timestamp: now, readings: { temperature: 40 } });
  await setTimeout(1600);
  await platform.restart('stop');
  await platform.putRule(hot);
  expect(await alertsOf(platform)).toMatchObject([{ state: 'active' }]);
});

test('a rule that is changed to another metric closes its alert and raises one of its own', async () => {
  const platform = await createProcessor();
  await platform.putRule(hot);
  await platform.send(reading('a', 0, { temperature: 40, humidity: 90 }));
  await platform.putRule({ id: 'hot', when: { metric: 'humidity', above: [{ limit: 80 }] } });
  const rows = await platform.storage.state.db
    .selectFrom('alerts')
    .select(['metric', 'state'])
    .orderBy('id')
    .execute();
  expect(rows).toEqual([
    { metric: 'temperature', state: 'cleared' },
    { metric: 'humidity', state: 'active' },
  ]);
});

test('a label that brings a rule shows it the metrics that the reading does not hold', async () => {
  const platform = await createProcessor();
  await platform.putRule({ ...hot, where: { labels: { site: 'lyon' } } });
  await platform.send(reading('a', 0, 40));
  const labelled = { ...reading('a', 1, { humidity: 50 }), metadata: { labels: { site: 'lyon' } } };
  await platform.send(labelled);
  expect(await alertsOf(platform)).toMatchObject([{ rule_id: 'hot', state: 'active' }]);
});

test('a full disk refuses without storing, and takes the same readings when there is room again', async () => {
  const platform = await createProcessor();
  await platform.putRule(hot);
  await platform.send(reading('a', 0, 20));
  const { db } = platform.storage.state;
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
  await sql`pragma max_page_count = ${sql.lit(rows[0]?.page_count ?? 0)}`.execute(db);
  const many = Array.from({ length: 5000 }, (_, k) =>
    reading('a', 1 + k / 100, k === 4999 ? 40 : 20),
  );
  await expect(platform.send(many)).rejects.toMatchObject({ code: 'storage_full' });
  await expect(platform.send(reading('a', 55, 20))).rejects.toMatchObject({ code: 'storage_full' });
  await sql`pragma max_page_count = 1000000`.execute(db);
  await vi.waitFor(() => expect(platform.processor.failure).toBeUndefined(), { timeout: 8000 });
  const outcome = await platform.send(many);
  expect(outcome).toMatchObject({ accepted: 5000, duplicates: 0, alerts: [{ state: 'active' }] });
  expect(await alertsOf(platform)).toHaveLength(1);
});

test('unknown sensors are refused where they may not register themselves, and kept as dead letters', async () => {
  const platform = await createProcessor({ autoRegister: false });
  const outcome = await platform.send([reading('a', 0, 1)]);
  expect(outcome).toMatchObject({ accepted: 0, rejected: [{ index: 0, code: 'sensor_unknown' }] });
  const letters = await platform.storage.state.db.selectFrom('dead_letters').selectAll().execute();
  expect(letters).toMatchObject([{ sensor_id: 'a', code: 'sensor_unknown' }]);
  expect(JSON.parse(letters[0]?.payload ?? '')).toMatchObject({
    sensor_id: 'a',
    readings: { temperature: 1 },
  });
});

test('a sensor gets no more metrics than it may have', async () => {
  const platform = await createProcessor({ limits: { metricsPerSensor: 2 } });
  await platform.send(reading('a', 0, { temperature: 1, b: 1 }));
  expect(await platform.send(reading('a', 1, { temperature: 1, c: 1 }))).toMatchObject({
    rejected: [{ code: 'sensor_metric_limit' }],
  });
});

test('readings older than ten minutes move the rule and tell nobody until a fresh one comes', async () => {
  const platform = await createProcessor();
  await platform.putRule(hot);
  const startMs = Date.now() - 3_600_000;
  const at = (timeMs: number, temperature: number) => ({
    sensor_id: 'a',
    timestamp: new Date(timeMs).toISOString(),
    readings: { temperature },
  });
  expect((await platform.send([at(startMs, 40), at(startMs + 1000, 41)])).alerts).toEqual([]);
  const { alerts, late } = await platform.send(at(Date.now(), 42));
  expect(late).toBe(0);
  expect(alerts).toMatchObject([{ state: 'active' }]);
  const [row] = await platform.storage.state.db.selectFrom('alerts').selectAll().execute();
  expect(row?.started_at).toBe(startMs);
});

test('customers have sensors of their own under the same id', async () => {
  const platform = await createProcessor();
  await platform.send(reading('a', 0, 1), 'main');
  expect(await platform.send(reading('a', 0, 2), 'other')).toMatchObject({
    accepted: 1,
    duplicates: 0,
  });
  await platform.restart('crash');
  expect(platform.processor.fleet.find('other', 'a')?.lastValue('temperature')).toBe(2);
  expect(platform.processor.fleet.find('main', 'a')?.lastValue('temperature')).toBe(1);
});

test('a hundred requests at once are each answered for their own readings', async () => {
  const platform = await createProcessor();
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, k) =>
      platform.send([reading(`s${k}`, 0, 1), reading(`s${k}`, 1, 1), reading(`s${k}`, k % 2, 1)]),
    ),
  );
  for (const outcome of outcomes) expect(outcome).toMatchObject({ accepted: 2, duplicates: 1 });
  expect(await platform.history.count()).toBe(200);
});

test('what another journal remembered is true of this one from its beginning, whatever ends it first', async () => {
  const platform = await createProcessor();
  await platform.send(reading('a', 0, 1));
  await platform.restart('stop');
  // As after a move from a shard whose journal had come further.
  await platform.storage.state.db.updateTable('sensor_states').set({ as_of: 1000 }).execute();
  await platform.restart('crash');
  await platform.send(reading('a', 10, 2));
  await platform.restart('crash');
  expect(await platform.send(reading('a', 10, 2))).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await storedValues(platform, 'a')).toEqual([
    [0, 1],
    [10, 2],
  ]);
});
