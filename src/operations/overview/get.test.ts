import { expect, test } from 'vitest';
import { createSensor } from '#operations/sensor/create.ts';
import { takeOutOfService } from '#operations/sensor/out-of-service.ts';
import { codeOf, createOperations } from '#test/support/operations.ts';
import { alertRow } from '#test/support/state-rows.ts';
import { getOverview } from './get.ts';

const HOUR = 3_600_000;

test('an empty platform has nothing of anything', async () => {
  const operations = await createOperations();
  expect(await getOverview({ ctx: operations.as('main') })).toEqual({
    sensors: { total: 0, silent: 0, out_of_service: 0 },
    alerts: { info: 0, warning: 0, critical: 0, unacknowledged: 0, shelved: 0 },
  });
});

test('sensors and alerts of one customer are counted by what tells them apart', async () => {
  const operations = await createOperations();
  const ctx = operations.as('main');
  const now = operations.clock.now();
  for (const id of ['a', 'b', 'c']) await createSensor({ ctx, input: { id } });
  await createSensor({ ctx: operations.as('other'), input: { id: 'a' } });
  await takeOutOfService({ ctx, input: { id: 'c', body: { reason: 'repair' } } });
  const rows = [
    alertRow({ severity: 'critical' }),
    alertRow({ severity: 'critical', acknowledged: 1 }),
    alertRow({ condition: 'silent', shelved_until: now + HOUR }),
    // The second silence of the same sensor is no second sensor.
    alertRow({ condition: 'silent', shelved_until: now - HOUR }),
    alertRow({ state: 'cleared' }),
    alertRow({ state: 'cleared', acknowledged: 1 }),
    alertRow({ customer: 'other' }),
  ];
  await operations.state.db.insertInto('alerts').values(rows).execute();
  expect(await getOverview({ ctx })).toEqual({
    sensors: { total: 3, silent: 1, out_of_service: 1 },
    alerts: { info: 0, warning: 2, critical: 2, unacknowledged: 4, shelved: 1 },
  });
});

test('who may not read is told nothing', async () => {
  const operations = await createOperations();
  const ctx = operations.as('main', ['ingest']);
  expect(await codeOf(getOverview({ ctx }))).toBe('forbidden');
});
