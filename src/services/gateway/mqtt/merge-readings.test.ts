import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { parseJson } from '../formats/json.ts';
import { mergeReadings } from './merge-readings.ts';

const parse = (value: unknown) =>
  parseJson(Buffer.from(JSON.stringify(value)), { limits: DEFAULT_LIMITS, receivedMs: 5000 });

test('merged messages are what one request with all of their readings would be', () => {
  const readings = [
    { sensor_id: 'a', timestamp: '1970-01-01T00:00:01Z', readings: { t: 1, h: 2 } },
    { sensor_id: 'b', readings: { t: 3 }, metadata: { location: 'lyon' } },
    { sensor_id: 'a', readings: {} },
    { sensor_id: 'c', readings: { t: 4.5 } },
  ];
  const [a, b, c, d] = readings;
  const merged = mergeReadings([parse(a), parse([b, c]), parse(d)]);
  const { indexes: _, ...whole } = parse(readings).batch;
  expect(merged.batch).toEqual(whole);
  expect(merged.refused.map(({ code }) => code)).toEqual(['readings_missing']);
});

test('a single message stays as it is', () => {
  const only = parse({ sensor_id: 'a', readings: { t: 1 } });
  expect(mergeReadings([only])).toBe(only);
});
