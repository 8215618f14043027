import { expect, test } from 'vitest';
import { createTestApp, type Json } from '../support/app.ts';

test('a rule and a window leave out what their exceptions name; a sensor that is left out later is closed', async () => {
  const app = await createTestApp();
  const when = { metric: 'temperature', above: [{ limit: 8 }] };
  const lab = { labels: { site: 'lab' } };
  const nothing = await app.call('PUT', '/v1/rules/warm', { when, where: { not: [{}] } });
  expect(nothing.body).toMatchObject({ code: 'rule_invalid', pointer: '/where/not/0' });
  const where = { sensors: ['freezer-*'], not: [{ sensors: ['freezer-9'] }, lab] };
  await app.put('/v1/rules/warm', { when, where });
  await app.put('/v1/maintenance-windows/now', {
    where: { not: [{ sensors: ['freezer-2'] }] },
    time_zone: 'UTC',
    starts_at: new Date(Date.now() - 60_000).toISOString(),
    duration: '1h',
  });
  await app.put('/v1/sensors/freezer-3', { labels: { site: 'lab' } });
  const readings = ['1', '2', '3', '9'].map((id) => {
    return { sensor_id: `freezer-${id}`, readings: { temperature: 9 } };
  });
  const { alerts } = await app.send(...readings);
  expect(alerts.map((alert: Json) => alert.sensor_id).sort()).toEqual(['freezer-1', 'freezer-2']);
  const suppressed = async (id: string) =>
    (await app.call('GET', `/v1/alerts?sensor_id=${id}`)).body.items[0].suppressed_by;
  expect(await suppressed('freezer-1')).toBe('maintenance-window/now');
  expect(await suppressed('freezer-2')).toBeNull();
  expect((await app.call('GET', '/v1/rules?sensor_id=freezer-9')).body.items).not.toContainEqual(
    expect.objectContaining({ id: 'warm' }),
  );
  await app.put('/v1/rules/warm', {
    when,
    where: { ...where, not: [...where.not, { sensors: ['*-1'] }] },
  });
  const state = async (id: string) =>
    (await app.call('GET', `/v1/alerts?sensor_id=${id}`)).body.items[0].state;
  await expect.poll(() => state('freezer-1')).toBe('cleared');
  expect(await state('freezer-2')).toBe('active');
});
