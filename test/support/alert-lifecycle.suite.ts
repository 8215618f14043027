import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Json, TestApp } from './app.ts';
import { addReceiver, events, HOT_RULE, reading, settled, types } from './notified.ts';

const PATIENCE = { timeout: 15_000, interval: 50 };

/** What people live through with an alert, over a whole platform; an engine passes how to start an empty one. */
export function alertLifecycleSuite(start: () => Promise<TestApp>): void {
  async function setUp(rule: Json = {}) {
    const app = await start();
    const receiver = await addReceiver(app, 'anne');
    await app.put('/v1/rules/hot', { ...HOT_RULE, ...rule });
    const newest = async (): Promise<Json> =>
      (await app.call('GET', '/v1/alerts?limit=1')).body.items[0];
    const act = async (verb: string, body: Json = {}) => {
      const { id } = await newest();
      return app.call('POST', `/v1/alerts/${id}/${verb}`, body);
    };
    const changes = async (): Promise<string[]> => {
      const { id } = await newest();
      const { body } = await app.call('GET', `/v1/alerts/${id}?history=true`);
      return body.history.map(({ change }: Json) => change);
    };
    const told = (...expected: string[]) =>
      expect.poll(() => types(receiver), PATIENCE).toEqual(expected);
    return { app, receiver, newest, act, changes, told };
  }

  test('a shelved alert is told no more, nor is the next one of its rule and sensor', async () => {
    const { app, act, newest, told, receiver } = await setUp();
    await app.send(reading(31));
    await told('raised');
    const { status, body } = await act('shelve', { for: '1h', reason: 'Technician is here' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ shelve_reason: 'Technician is here', shelve_one_shot: false });
    expect((await app.call('GET', '/v1/alerts?shelved=true')).body.items).toHaveLength(1);
    await app.send(reading(20));
    // Whoever was told that it began is told that it is over.
    await told('raised', 'cleared');
    await expect
      .poll(
        async () => (await app.send(reading(31), reading(20), reading(32))).alerts.length,
        PATIENCE,
      )
      .toBeGreaterThan(0);
    expect(await newest()).toMatchObject({ state: 'active', shelved_until: body.shelved_until });
    await settled(app);
    expect(types(receiver)).toEqual(['raised', 'cleared']);
  });

  test('a shelf that is over brings the alert back by itself, and it is told then', async () => {
    const { app, act, changes, told, newest } = await setUp();
    await app.send(reading(31));
    await told('raised');
    await act('shelve', { for: '2s', reason: 'Soon back' });
    await app.send(reading(20));
    await told('raised', 'cleared');
    const { alerts } = await app.send(reading(31));
    expect(alerts).toMatchObject([{ state: 'active', notification: 'none' }]);
    await told('raised', 'cleared', 'raised');
    expect(await changes()).toEqual(['raised', 'shelved', 'unshelved']);
    expect((await newest()).shelved_until).toBeNull();
  });

  test('unshelving tells at once what nobody knows of yet', async () => {
    const { app, act, told } = await setUp();
    await app.send(reading(31));
    await told('raised');
    await act('shelve', { for: '1h', reason: 'x' });
    await app.send(reading(20));
    await told('raised', 'cleared');
    await expect
      .poll(async () => (await app.send(reading(31))).alerts[0]?.notification, PATIENCE)
      .toBe('none');
    expect((await act('unshelve')).status).toBe(200);
    await told('raised', 'cleared', 'raised');
    expect((await act('unshelve')).status).toBe(409);
    expect((await app.call('GET', '/v1/alerts?shelved=true')).body.items).toEqual([]);
  });

  test('one shot ends when the alert clears: the next one is told', async () => {
    const { app, act, told } = await setUp();
    await app.send(reading(31));
    await told('raised');
    const { body } = await act('shelve', { one_shot: true, reason: 'Door is open' });
    expect(body).toMatchObject({ shelve_one_shot: true });
    await app.send(reading(20));
    await told('raised', 'cleared');
    await app.send(reading(31));
    await told('raised', 'cleared', 'raised');
  });

  test('a latched alert stays until it is reset, and not before its condition has gone', async () => {
    const { app, act, changes, told, newest } = await setUp({ latch: true });
    await app.send(reading(31));
    await told('raised');
    expect((await act('reset')).status).toBe(409);
    await app.send(reading(20));
    await expect.poll(async () => (await newest()).returned_at, PATIENCE).not.toBeNull();
    expect(await newest()).toMatchObject({ state: 'active', cleared_at: null });
    const { status, body } = await act('reset', { comment: 'Looked into it' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'cleared' });
    await told('raised', 'cleared');
    expect(await changes()).toEqual(['raised', 'returned', 'reset']);
    expect((await act('reset')).status).toBe(409);
    await app.send(reading(31));
    await told('raised', 'cleared', 'raised');
  });

  test('a latched alert whose condition comes back is told anew, acknowledged or not', async () => {
    const { app, act, changes, told, newest } = await setUp({ latch: true });
    await app.send(reading(31));
    await told('raised');
    await act('acknowledge');
    await app.send(reading(20));
    await app.send(reading(33));
    await told('raised', 'raised');
    expect(await newest()).toMatchObject({
      acknowledged: false,
      returned_at: null,
      state: 'active',
      value: 33,
    });
    expect(await changes()).toEqual(['raised', 'acknowledged', 'returned', 'recurred']);
  });

  test('an alert that is acknowledged and stays is told again after the time that its rule says', async () => {
    const { app, act, changes, told, newest } = await setUp({ re_alert: '1500ms' });
    await app.send(reading(31));
    await told('raised');
    await act('acknowledge');
    await told('raised', 'raised');
    expect(await newest()).toMatchObject({ acknowledged: false, state: 'active' });
    expect(await changes()).toEqual(['raised', 'acknowledged', 're_alerted']);
  });

  test('of a sensor out of service nobody is told, until it is brought back', async () => {
    const { app, told, newest, changes } = await setUp();
    await app.send(reading(20));
    const path = '/v1/sensors/oven/out-of-service';
    const { status, body } = await app.call('POST', path, { reason: 'Repair' });
    expect(status).toBe(200);
    expect(body.out_of_service).toMatchObject({ reason: 'Repair', until: null });
    await expect
      .poll(
        async () => (await app.send(reading(31), reading(20), reading(31))).alerts[0]?.notification,
        PATIENCE,
      )
      .toBe('none');
    expect(await newest()).toMatchObject({ suppressed_by: 'out-of-service', state: 'active' });
    expect((await app.call('GET', '/v1/alerts?suppressed=true')).body.items.length).toBeGreaterThan(
      0,
    );
    expect((await app.call('DELETE', path)).status).toBe(200);
    await told('raised');
    await expect.poll(changes, PATIENCE).toEqual(['raised', 'suppressed', 'unsuppressed']);
    expect((await app.call('DELETE', path)).status).toBe(409);
  });

  test('one rule is put out of service on a sensor alone, the others go on', async () => {
    const { app, told, receiver } = await setUp();
    await app.put('/v1/rules/very-hot', {
      when: { metric: 'temperature', above: [{ limit: 50 }] },
    });
    await app.send(reading(20));
    const path = '/v1/sensors/oven/out-of-service';
    const unknown = await app.call('POST', path, { reason: 'x', rules: ['hot', 'lukewarm'] });
    expect(unknown.body).toMatchObject({ code: 'invalid_request' });
    expect(unknown.body.errors[0].pointer).toBe('/rules/1');
    const { body } = await app.call('POST', path, { reason: 'Known', rules: ['hot'] });
    expect(body.out_of_service).toMatchObject({ reason: 'Known', rules: ['hot'] });
    await expect
      .poll(
        async () => (await app.send(reading(31), reading(20), reading(31))).alerts[0]?.notification,
        PATIENCE,
      )
      .toBe('none');
    expect((await app.send(reading(51))).alerts).toMatchObject([
      { rule_id: 'very-hot', notification: 'queued' },
    ]);
    await told('raised');
    expect(events(receiver)[0]?.data.alert.rule_id).toBe('very-hot');
    // Said again for another rule, the first one comes back, and is told.
    await app.call('POST', path, { reason: 'Known', rules: ['very-hot'] });
    await told('raised', 'raised');
    expect(events(receiver)[1]?.data.alert.rule_id).toBe('hot');
  });

  test('in a maintenance window nobody is told, and at its end they are told of what stands', async () => {
    const { app, told, newest, changes } = await setUp();
    const windows = '/v1/maintenance-windows/oven';
    const window = {
      where: { sensors: ['oven'] },
      time_zone: 'Europe/Paris',
      starts_at: new Date(Date.now() - 60_000).toISOString(),
    };
    await app.put(windows, { ...window, duration: '1h' });
    await expect
      .poll(
        async () => (await app.send(reading(31), reading(20), reading(31))).alerts[0]?.notification,
        PATIENCE,
      )
      .toBe('none');
    expect(await newest()).toMatchObject({ suppressed_by: 'maintenance-window/oven' });
    const shortMs = Date.now() + 2000 - Date.parse(window.starts_at);
    await app.put(windows, { ...window, duration: `${shortMs}ms` });
    await told('raised');
    await expect.poll(changes, PATIENCE).toEqual(['raised', 'suppressed', 'unsuppressed']);
    expect((await app.call('GET', windows)).body).toMatchObject({ is_open: false, next: [] });
    expect((await app.call('DELETE', windows)).status).toBe(204);
  });

  test('a dead gateway is one alert: the silence of what hangs on it is told to nobody', async () => {
    const { app, receiver } = await setUp();
    await app.call('POST', '/v1/sensors', { id: 'gateway' });
    for (const id of ['s1', 's2'])
      await app.call('POST', '/v1/sensors', { id, parent_id: 'gateway' });
    await app.put('/v1/rules/silent', { where: { sensors: ['s?'] }, when: { silent: '1s' } });
    await app.put('/v1/rules/dead', { where: { sensors: ['gateway'] }, when: { silent: '4s' } });
    await app.send(...['gateway', 's1', 's2'].map((id) => reading(20, id)));
    const alerts = async (query = ''): Promise<Json[]> =>
      (await app.call('GET', `/v1/alerts${query}`)).body.items;
    await expect.poll(async () => (await alerts('?suppressed=true')).length, PATIENCE).toBe(2);
    expect((await alerts('?suppressed=true')).map((one) => one.suppressed_by)).toEqual([
      'sensor/gateway',
      'sensor/gateway',
    ]);
    await settled(app);
    expect(events(receiver).map(({ subject }) => subject)).toEqual(['gateway']);
    const circle = await app.call('PATCH', '/v1/sensors/gateway', { parent_id: 's1' });
    expect(circle.status).toBe(400);
  });

  test('the first alert of a storm is marked', async () => {
    const { app } = await setUp();
    const ids = Array.from({ length: 15 }, (_, k) => `oven-${k}`);
    for (const id of ids) await app.send(reading(31, id));
    const { items } = (await app.call('GET', '/v1/alerts')).body;
    expect(items).toHaveLength(15);
    const first = items.filter((one: Json) => one.first_of_storm);
    expect(first.map((one: Json) => one.sensor_id)).toEqual(['oven-0']);
  });

  test('what became worse while nobody was told is told when the hush is over', async () => {
    const { app, act, told } = await setUp({
      when: {
        metric: 'temperature',
        above: [
          { limit: 30, severity: 'warning' },
          { limit: 40, severity: 'critical' },
        ],
      },
    });
    await app.send(reading(31));
    await told('raised');
    await act('shelve', { for: '2s', reason: 'x' });
    await sleep(200);
    await app.send(reading(45));
    await told('raised', 'severity_changed');
  });

  test('shelves, latches and sensors out of service survive a restart', async () => {
    const { app, act, told, newest, receiver } = await setUp({ latch: true });
    await app.send(reading(31));
    await told('raised');
    await act('shelve', { for: '1h', reason: 'x' });
    await app.send(reading(20));
    await expect.poll(async () => (await newest()).returned_at, PATIENCE).not.toBeNull();
    await app.call('POST', '/v1/sensors/oven/out-of-service', { reason: 'Repair' });
    await app.restart();
    const before = await newest();
    expect(before).toMatchObject({ state: 'active', shelve_reason: 'x' });
    await app.send(reading(31));
    await settled(app);
    expect(await newest()).toMatchObject({ id: before.id, returned_at: null, state: 'active' });
    expect(types(receiver)).toEqual(['raised']);
    await act('unshelve');
    await app.call('DELETE', '/v1/sensors/oven/out-of-service');
    await app.send(reading(20));
    await expect.poll(async () => (await newest()).returned_at, PATIENCE).not.toBeNull();
    expect((await act('reset')).body).toMatchObject({ state: 'cleared' });
    await expect.poll(() => types(receiver).at(-1), PATIENCE).toBe('cleared');
  });
}
