import { expect, test } from 'vitest';
import type { Alert } from '#domain/alert.ts';
import { createLogger } from '#platform/logging.ts';
import { until } from '#test/support/mqtt-gateway.ts';
import { AlertOutlet } from './alert-outlet.ts';

const log = createLogger({ level: 'silent' });
const alertOf = (id: number) => ({ id: String(id), sensor_id: 'freezer' }) as Alert;

test('alerts wait while the broker is away, and go in order once it is there', async () => {
  const outlet = new AlertOutlet({ maxWaiting: 1000, log });
  for (let id = 0; id < 250; id++) outlet.add(alertOf(id));
  expect(outlet.waiting).toBe(250);
  const heard: string[] = [];
  outlet.attach(async (topic, payload) => {
    expect(topic).toBe('v1/alerts/freezer');
    heard.push(JSON.parse(payload).id);
  });
  await until(() => heard.length === 250);
  expect(heard.map(Number)).toEqual(Array.from({ length: 250 }, (_, id) => id));
  expect(outlet.waiting).toBe(0);
});

test('an alert that the broker did not take waits for the next connection', async () => {
  const outlet = new AlertOutlet({ maxWaiting: 1000, log });
  outlet.attach(() => Promise.reject(new Error('gone')));
  outlet.add(alertOf(1));
  await until(() => outlet.waiting === 1);
  const heard: string[] = [];
  outlet.attach(async (_topic, payload) => void heard.push(payload));
  await until(() => heard.length === 1);
  expect(outlet.waiting).toBe(0);
});

test('of more alerts than may wait the oldest are left out, and counted', () => {
  const outlet = new AlertOutlet({ maxWaiting: 10, log });
  for (let id = 0; id < 25; id++) outlet.add(alertOf(id));
  expect(outlet.waiting).toBe(10);
  expect(outlet.dropped).toBe(15);
});
