import { expect, test } from 'vitest';
import { createTestApp, type TestApp } from '#test/support/app.ts';
import { createApiUnderTest } from '#test/support/create-api.ts';
import { until } from '#test/support/until.ts';

const NOTHING = {
  is_running: false,
  sensors: [],
  readings_sent: 0,
  started_at: null,
  ends_at: null,
};
const simulation = async (app: TestApp) => (await app.call('GET', '/v1/simulation')).body;
const simulated = async (app: TestApp) =>
  (await app.call('GET', '/v1/sensors?label.simulated=true')).body.items;

test('a simulated fleet sends by the door of all others until it is stopped; its sensors stay, out of service', async () => {
  const app = await createTestApp();
  expect(await simulation(app)).toEqual({ is_available: true, ...NOTHING });
  const started = await app.call('POST', '/v1/simulation', { sensors: 3, for: '1h' });
  expect(started.status).toBe(201);
  expect(started.body).toMatchObject({
    is_running: true,
    sensors: ['simulated-01', 'simulated-02', 'simulated-03'],
  });
  const { started_at, ends_at } = started.body;
  expect(Date.parse(ends_at) - Date.parse(started_at)).toBe(3_600_000);
  const again = await app.call('POST', '/v1/simulation', {});
  expect([again.status, again.body.code]).toEqual([409, 'invalid_state']);
  await until(async () => (await simulation(app)).readings_sent >= 6);
  const sensors = await simulated(app);
  expect(sensors).toHaveLength(3);
  const [freezer] = sensors;
  expect(freezer).toMatchObject({ status: 'ok', out_of_service: null });
  expect(freezer.metrics.temperature.last.value).toBeLessThan(-10);
  expect(freezer.metrics.humidity.last.value).toBeGreaterThan(20);
  const status = (await app.call('GET', '/v1/status')).body;
  expect(status.readings_accepted).toBeGreaterThanOrEqual(6);

  expect((await app.call('DELETE', '/v1/simulation')).status).toBe(204);
  expect(await simulation(app)).toMatchObject(NOTHING);
  for (const sensor of await simulated(app))
    expect(sensor.out_of_service.reason).toBe('Simulated; the simulation is over.');
  expect((await app.call('DELETE', '/v1/simulation')).status).toBe(204);

  // The next one takes the same sensors, back in service.
  await app.call('POST', '/v1/simulation', { sensors: 2 });
  const services = (await simulated(app)).map((sensor: typeof freezer) => sensor.out_of_service);
  expect(services.map((service: object | null) => service === null)).toEqual([true, true, false]);
  const { items } = (await app.call('GET', '/v1/audit')).body;
  const actions = items.map(({ action }: { action: string }) => action);
  expect(actions).toContain('simulation.start');
  expect(actions).toContain('simulation.stop');
});

test('it ends by itself after its time, and nothing of it is left after a restart', async () => {
  const app = await createTestApp();
  await app.call('POST', '/v1/simulation', { sensors: 1, for: '1s' });
  await until(async () => !(await simulation(app)).is_running);
  const [sensor] = await simulated(app);
  expect(sensor.out_of_service).not.toBeNull();
  await app.call('POST', '/v1/simulation', { sensors: 1, for: '1h' });
  await app.restart();
  expect(await simulation(app)).toEqual({ is_available: true, ...NOTHING });
});

test('a real sensor is never written to, and bounds hold', async () => {
  const app = await createTestApp();
  await app.put('/v1/sensors/simulated-02', { name: 'A real one' });
  const refused = await app.call('POST', '/v1/simulation', { sensors: 3 });
  expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
  expect(refused.body.detail).toContain('simulated-02');
  expect((await simulation(app)).is_running).toBe(false);
  for (const body of [
    { sensors: 51 },
    { sensors: 0 },
    { for: '61m' },
    { for: '999ms' },
    { x: 1 },
  ]) {
    const { status, body: problem } = await app.call('POST', '/v1/simulation', body);
    expect([body, status, problem.code]).toEqual([body, 400, 'invalid_request']);
  }
});

test('a process without a gateway says that it cannot; who may only read starts and stops nothing', async () => {
  const { ask, makeKey } = await createApiUnderTest();
  expect((await ask('GET /v1/simulation')).body).toEqual({ is_available: false, ...NOTHING });
  for (const call of ['POST /v1/simulation', 'DELETE /v1/simulation']) {
    const { status, body } = await ask(call);
    expect([call, status, body.code]).toEqual([call, 501, 'not_supported']);
    expect(body.detail).toContain('no gateway');
    const key = await makeKey('read', 'ingest');
    expect((await ask(call, { key })).body.code).toBe('forbidden');
  }
});
