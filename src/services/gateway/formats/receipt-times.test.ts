import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, type ParsedReadings } from '#domain/reading.ts';
import { parseJson, parseJsonByReference } from './json.ts';
import { parseLineProtocol } from './line-protocol.ts';
import { parseNdjson } from './ndjson.ts';
import type { ParseContext } from './parse-context.ts';
import { stampUntimed, UNTIMED } from './receipt-times.ts';

const RECEIVED_MS = 1_790_000_000_000.5;
const context: ParseContext = { limits: DEFAULT_LIMITS, receivedMs: RECEIVED_MS };

test('readings without a time are a microsecond apart for each sensor, others keep theirs', () => {
  const times = Float64Array.of(UNTIMED, UNTIMED, 7, UNTIMED, UNTIMED);
  expect(stampUntimed(times, ['a', 'b', 'a', 'a', 'a'], 5.1234567)).toBe(5.125);
  expect([...times]).toEqual([5.123, 5.123, 7, 5.124, 5.125]);
  expect(stampUntimed(times, ['a', 'b', 'a', 'a', 'a'], 9)).toBeUndefined();
});

const objects = [
  { sensor_id: 'a', readings: { t: 1 } },
  { sensor_id: 'b', readings: { t: 2 } },
  { sensor_id: 'a', readings: { t: 'x' } },
  { sensor_id: 'a', readings: { t: 3 } },
  { sensor_id: 'a', timestamp: null, readings: { t: 4 } },
];
const json = Buffer.from(JSON.stringify(objects));
const plain = Buffer.from(JSON.stringify(objects.filter((_, i) => i !== 2 && i !== 4)));
const ndjson = Buffer.from(objects.map((value) => JSON.stringify(value)).join('\n'));
const lines = Buffer.from('r,host=a t=1\nr,host=b t=2\nr,host=a t="x"\nr,host=a t=3\nr,host=a t=4');

test.each<[string, ParsedReadings]>([
  ['JSON', parseJson(json, context)],
  ['JSON by the reference parser', parseJsonByReference(json, context)],
  ['NDJSON', parseNdjson(ndjson, context)],
  ['line protocol', parseLineProtocol(lines, context)],
])('no reading without a time takes the place of another in %s', (_, parsed) => {
  expect(parsed.batch.sensorIds).toEqual(['a', 'b', 'a', 'a']);
  expect([...parsed.batch.timesMs].map((ms) => Math.round((ms - RECEIVED_MS) * 1000))).toEqual([
    0, 0, 1, 2,
  ]);
  expect(parsed.latestReceiptMs).toBe(parsed.batch.timesMs[3]);
});

test('the fast parser and the reference give the same times', () => {
  expect(parseJson(plain, context)).toEqual(parseJsonByReference(plain, context));
  expect(parseJson(plain, context).latestReceiptMs).toBe(RECEIVED_MS + 0.001);
});
