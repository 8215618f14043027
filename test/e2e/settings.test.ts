import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestApp } from '../support/app.ts';

test('the settings say how long readings are kept, where they lie and how much room they take', async () => {
  const platform = await createTestApp({ VIGIE_RETENTION: '400d', VIGIE_MAX_READINGS: '1000' });
  await platform.send({ sensor_id: 'oven', readings: { temperature: 20 } });
  const { status, body } = await platform.call('GET', '/v1/settings');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    retention: { readings: '400d', dead_letters: 100_000 },
    limits: { readings_per_request: 1000 },
    storage: { engine: 'SQLite, DuckDB', place: platform.dataDir },
  });
  const { bytes, parts, free_bytes: free } = body.storage;
  expect(free).toBeGreaterThan(0);
  const sizes = parts.map((part: { bytes: number }) => part.bytes);
  expect(bytes).toBe(sizes.reduce((sum: number, size: number) => sum + size));
  expect(bytes).toBeGreaterThanOrEqual(statSync(join(platform.dataDir, 'vigie.db')).size);
});
