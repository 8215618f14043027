import { expect, test } from 'vitest';
import { formatTime } from '#domain/time.ts';
import { codeOf, createOperations } from '#test/support/operations.ts';
import { getSettings } from './get.ts';

test('an administrator of the platform is told what is kept, within which limits, and where', async () => {
  const operations = await createOperations();
  operations.settings.limits = { ...operations.settings.limits, retentionMs: 400 * 86_400_000 };
  const ctx = operations.as('main');
  expect(await getSettings({ ctx })).toEqual({
    retention: { readings: '400d', dead_letters: 100_000 },
    limits: {
      body_bytes: 16 * 1024 * 1024,
      readings_per_request: 50_000,
      metrics_per_reading: 64,
      metrics_per_sensor: 256,
      sensors: 250_000,
      future: '10m',
    },
    storage: {
      engine: 'memory',
      place: 'this process',
      bytes: 0,
      parts: [],
      free_bytes: null,
      measured_at: formatTime(operations.clock.now()),
    },
  });
});

test('without a retention readings are kept for ever', async () => {
  const operations = await createOperations();
  const { retention } = await getSettings({ ctx: operations.as('main') });
  expect(retention.readings).toBeNull();
});

test('where the data lie is for administrators of the platform alone', async () => {
  const operations = await createOperations();
  const storageOf = async (ctx: ReturnType<typeof operations.as>) =>
    (await getSettings({ ctx })).storage;
  expect(await storageOf(operations.as('main', ['read']))).toBeNull();
  expect(await storageOf(operations.as('other'))).toBeNull();
  expect(await storageOf(operations.as('main'))).not.toBeNull();
});

test('who may not read is told nothing', async () => {
  const operations = await createOperations();
  const ctx = operations.as('main', ['ingest']);
  expect(await codeOf(getSettings({ ctx }))).toBe('forbidden');
});
