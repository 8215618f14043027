import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { createProcessor, type TestProcessor } from '#test/support/processor.ts';
import { parseLineProtocol } from '../gateway/formats/line-protocol.ts';
import { parseSenml } from '../gateway/formats/senml.ts';

// Rules judge what stands now: the labels a reading brings, the value that took another's place, the rule as it is.

const START = Date.now() - 60_000;
const hot = { id: 'hot', when: { metric: 'temperature', above: [{ limit: 30 }] } };
const hotInLyon = { ...hot, where: { labels: { site: 'lyon' } } };

function reading(seconds: number, temperature: number, site?: string) {
  return {
    sensor_id: 'a',
    timestamp: new Date(START + seconds * 1000).toISOString(),
    readings: { temperature },
    ...(site === undefined ? {} : { metadata: { labels: { site } } }),
  };
}

function alertsOf(platform: TestProcessor) {
  return platform.storage.state.db
    .selectFrom('alerts')
    .select(['state', 'severity', 'highest_severity'])
    .orderBy('id')
    .execute();
}

test('the first reading of a sensor is judged by a rule for the labels that it brings', async () => {
  const platform = await createProcessor();
  await platform.putRule(hotInLyon);
  const { alerts } = await platform.send(reading(0, 40, 'lyon'));
  expect(alerts).toMatchObject([{ state: 'active' }]);
});

test('so is the first line whose tags become labels', async () => {
  const platform = await createProcessor();
  await platform.putRule(hotInLyon);
  const receivedMs = Date.now();
  const line = Buffer.from('reading,sensor_id=a,site=lyon temperature=40');
  const context = { limits: DEFAULT_LIMITS, receivedMs, precision: 'ns', sensorTag: undefined };
  const parsed = parseLineProtocol(line, context);
  const { alerts } = await platform.processor.publish({
    customer: 'main',
    source: 'line',
    receivedMs,
    bytes: line.length,
    parsed,
  });
  expect(alerts).toMatchObject([{ state: 'active' }]);
});

test('a rule that a label takes away judges no reading of the same request', async () => {
  const platform = await createProcessor();
  await platform.putRule(hotInLyon);
  await platform.send(reading(0, 20, 'lyon'));
  const { alerts } = await platform.send([reading(1, 40), reading(2, 40, 'paris')]);
  expect(alerts).toEqual([]);
  expect(await alertsOf(platform)).toEqual([]);
});

test('a value that takes the place of the newest one is judged', async () => {
  const platform = await createProcessor();
  await platform.putRule(hot);
  await platform.send(reading(0, 20));
  const higher = await platform.send(reading(0, 40));
  expect(higher).toMatchObject({ replaced: 1, alerts: [{ state: 'active' }] });
  const lower = await platform.send(reading(0, 20));
  expect(lower).toMatchObject({ replaced: 1, alerts: [{ state: 'cleared' }] });
});

test('a rule that is made more severe makes the alert that stands more severe', async () => {
  const platform = await createProcessor();
  await platform.putRule({ ...hot, severity: 'warning' });
  await platform.send(reading(0, 40));
  await platform.putRule({ ...hot, severity: 'critical' });
  expect(await alertsOf(platform)).toEqual([
    { state: 'active', severity: 'critical', highest_severity: 'critical' },
  ]);
});

test('a rule that is renamed after a pause and a restart keeps the alert that still holds', async () => {
  const platform = await createProcessor({ lateAfterMs: 300 });
  await platform.putRule(hot);
  const now = { ...reading(0, 40), timestamp: new Date().toISOString() };
  await platform.send(now);
  await new Promise((resolve) => setTimeout(resolve, 400));
  await platform.restart('stop');
  await platform.putRule({ ...hot, name: { en: 'Too hot' } });
  expect(await alertsOf(platform)).toMatchObject([{ state: 'active' }]);
});

test('the first reading of a customer is judged by their rules', async () => {
  const platform = await createProcessor();
  await platform.putRule(hot, 'other');
  await platform.restart('stop');
  const { alerts } = await platform.send(reading(0, 40), 'other');
  expect(alerts).toMatchObject([{ state: 'active' }]);
});

test('a metric that is called as what every object has gets no unit from there', async () => {
  const platform = await createProcessor();
  const receivedMs = Date.now();
  const pack = [
    { bn: 'a:', n: 'temperature', u: 'Cel', v: 1 },
    { n: 'constructor', v: 2 },
  ];
  const bytes = Buffer.from(JSON.stringify(pack));
  const parsed = parseSenml(bytes, { limits: DEFAULT_LIMITS, receivedMs });
  const submission = { customer: 'main', source: 'http', receivedMs, bytes: 9, parsed } as const;
  expect(await platform.processor.publish(submission)).toMatchObject({ accepted: 1 });
  const { db } = platform.storage.state;
  const series = await db.selectFrom('series').select(['metric', 'unit']).orderBy('id').execute();
  expect(series).toEqual([
    { metric: 'temperature', unit: 'Cel' },
    { metric: 'constructor', unit: null },
  ]);
});

test('what a rule holds without an alert is raised by the start, not by the next reading', async () => {
  const platform = await createProcessor();
  await platform.putRule(hot);
  await platform.send({ ...reading(0, 40), timestamp: new Date().toISOString() });
  await platform.storage.state.db.deleteFrom('alert_history').execute();
  await platform.storage.state.db.deleteFrom('alerts').execute();
  await platform.restart('stop');
  await platform.processor.run(() => undefined);
  expect(await alertsOf(platform)).toMatchObject([{ state: 'active' }]);
});

test('a sensor has a bounded number of labels, and those that it has still change', async () => {
  const platform = await createProcessor();
  await platform.send(reading(0, 1, 'lyon'));
  for (let n = 0; n < 3; n++) {
    const labels = Object.fromEntries(Array.from({ length: 30 }, (_, k) => [`l${n}-${k}`, 'x']));
    await platform.send({ ...reading(1 + n, 1), metadata: { labels } });
  }
  await platform.send(reading(9, 1, 'paris'));
  const { labels } = platform.processor.fleet.find('main', 'a')!;
  expect(Object.keys(labels)).toHaveLength(64);
  expect(labels.site).toBe('paris');
});
