import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import type { Submission } from '#stream/reading-stream.ts';
import { withBoundSensors } from './bound-sensors.ts';
import { parseJson } from './formats/json.ts';

async function passed(readings: unknown, allowedSensors?: string[]): Promise<Submission> {
  const submissions: Submission[] = [];
  const stream = withBoundSensors({
    async publish(submission) {
      submissions.push(submission);
      return { accepted: 0, late: 0, replaced: 0, duplicates: 0, rejected: [], alerts: [] };
    },
  });
  const bytes = Buffer.from(JSON.stringify(readings));
  const context = { limits: DEFAULT_LIMITS, receivedMs: 1_700_000_000_000 };
  await stream.publish({
    customer: 'main',
    source: 'http',
    receivedMs: context.receivedMs,
    bytes: bytes.length,
    parsed: parseJson(bytes, context),
    allowedSensors,
  });
  return submissions[0]!;
}

const READINGS = [
  { sensor_id: 'oven-1', readings: { a: 1, b: 2 } },
  { sensor_id: 'fridge', readings: { a: 3 }, metadata: { location: 'lyon' } },
  { sensor_id: 'bad' },
  { sensor_id: 'oven-2', readings: { c: 4, d: 5, e: 6 } },
];

test('readings of sensors that the key is not bound to are refused whole, the others go on', async () => {
  const { parsed } = await passed(READINGS, ['oven-*']);
  const { batch, refused } = parsed;
  expect(batch).toMatchObject({
    count: 2,
    sensorIds: ['oven-1', 'oven-2'],
    indexes: [0, 3],
    valueCount: 5,
  });
  expect([...batch.values]).toEqual([1, 2, 4, 5, 6]);
  expect(refused.map(({ index, code }) => [index, code])).toEqual([
    [2, 'readings_missing'],
    [1, 'sensor_not_allowed'],
  ]);
  expect(JSON.parse(refused[1]!.payload)).toEqual({
    sensor_id: 'fridge',
    timestamp: '2023-11-14T22:13:20.000Z',
    readings: { a: 3 },
    metadata: { location: 'lyon' },
  });
});

test('a key that is bound to nothing sends for every sensor', async () => {
  expect((await passed(READINGS)).parsed.batch.count).toBe(3);
  expect((await passed(READINGS, ['*'])).parsed.batch.count).toBe(3);
});
