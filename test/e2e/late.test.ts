import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { createClock } from '#test/support/operations.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('what a sensor sends once it is connected again came late; what was there before the sensor did not', async () => {
  const clock = createClock(Date.UTC(2026, 10, 22, 5));
  const platform = await createTestApp({ VIGIE_LATE_AFTER: '15m' }, { clock });
  const at = (minutes: number) => ({
    sensor_id: 'van-7',
    timestamp: new Date(clock.now() + minutes * MINUTE).toISOString(),
    readings: { temperature: 4 },
  });
  const old = Array.from({ length: 100 }, (_, day) => at(-(day + 1) * 24 * 60));
  await platform.send(...old, at(0));
  clock.advance(3 * HOUR);
  const sent = await platform.send(at(-125), at(-120), at(-115), at(-15), at(0));
  expect(sent).toMatchObject({ accepted: 5, late: 3 });
  const query = 'metric=temperature&from=2026-01-01T00:00:00Z&points=1000';
  const ask = () => platform.call('GET', `/v1/sensors/van-7/late?${query}`);
  const expected = {
    status: 200,
    body: {
      late_after: '15m',
      from: '2026-11-22T05:00:00.000Z',
      truncated: false,
      stretches: [
        {
          from: '2026-11-22T05:55:00.000Z',
          to: '2026-11-22T06:05:00.000Z',
          samples: 3,
          longest_delay: '2h5m',
        },
      ],
    },
  };
  expect(await ask()).toMatchObject(expected);
  await platform.restart();
  expect(await ask()).toMatchObject(expected);
  const { status, body } = await platform.call('GET', '/v1/sensors/van-7/late?points=0');
  expect([status, body.code]).toEqual([400, 'invalid_request']);
});
