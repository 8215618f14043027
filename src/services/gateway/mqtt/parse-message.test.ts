import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { createLogger } from '#platform/logging.ts';
import { parseMessage } from './parse-message.ts';
import type { SensorTopic } from './reading-topics.ts';

const context = {
  limits: { ...DEFAULT_LIMITS, bodyBytes: 1000 },
  receivedMs: 1_790_000_000_000,
  log: createLogger({ level: 'silent' }),
};
const freezer: SensorTopic = { kind: 'readings', sensorId: 'freezer' };

function parse(text: string | Buffer, topic = freezer, payloadBytes?: number) {
  const payload = Buffer.from(text as string);
  return parseMessage({ topic, payload, payloadBytes: payloadBytes ?? payload.length }, context);
}

test('the topic names the sensor of a payload that does not', () => {
  const { batch, refused } = parse('{"readings":{"t":1}}');
  expect(batch.sensorIds).toEqual(['freezer']);
  expect(batch.timesMs[0]).toBe(1_790_000_000_000);
  expect(refused).toEqual([]);
});

test('a payload that contradicts the topic is refused, reading by reading', () => {
  const { batch, refused } = parse(
    '[{"sensor_id":"other","readings":{"t":1}},{"sensor_id":"freezer","readings":{"t":2}}]',
  );
  expect(batch.count).toBe(1);
  expect(refused).toMatchObject([{ index: 0, code: 'sensor_id_mismatch' }]);
});

test('what cannot be read at all becomes one refused reading with its text', () => {
  for (const [text, code] of [
    ['', 'invalid_json'],
    ['{"readings":', 'invalid_json'],
    ['[]', 'no_readings'],
  ] as const) {
    const { batch, refused } = parse(text);
    expect(batch.count).toBe(0);
    expect(refused).toMatchObject([{ index: 0, code, sensorId: 'freezer', payload: text }]);
  }
  expect(parse(Buffer.from([0x22, 0xff, 0x22])).refused).toMatchObject([{ code: 'invalid_utf8' }]);
});

test('a topic that names no sensor, and a payload above the limit, are refused whole', () => {
  const bad = parse('{"readings":{"t":1}}', { kind: 'bad_sensor', named: 'a b' });
  expect(bad.refused).toMatchObject([{ code: 'sensor_id_invalid', sensorId: null }]);
  const large = parse('x'.repeat(70_000), freezer, 5_000_000);
  expect(large.refused).toMatchObject([{ code: 'body_too_large' }]);
  expect(large.refused[0]?.payload).toHaveLength(64 * 1024);
});
