import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';

const DAY_MS = 86_400_000;

interface Story {
  name: string;
  when: Json;
  /** Seconds ago, and what is read then. */
  readings: [secondsAgo: number, values: Record<string, number>][];
  /** What each reading's acknowledgement says; '' = nothing. */
  told: string[];
  first: Json;
}

const t = (temperature: number) => ({ temperature });

const STORIES: Story[] = [
  {
    name: 'above, two severities and a deadband',
    when: {
      metric: 'temperature',
      above: [{ limit: 8 }, { limit: 12, severity: 'critical' }],
      deadband: 1,
    },
    readings: [
      [60, t(8)],
      [50, t(8.1)],
      [40, t(12.5)],
      [30, t(11.5)],
      [20, t(10)],
      [10, t(7.5)],
      [5, t(7)],
    ],
    told: ['', 'active warning', 'active critical', '', 'active warning', '', 'cleared warning'],
    first: { condition: 'above', value: 7, limit: 8, peak: 12.5 },
  },
  {
    name: 'below',
    when: { metric: 'temperature', below: [{ limit: 2, severity: 'critical' }] },
    readings: [
      [30, t(2)],
      [20, t(1.9)],
      [10, t(2)],
    ],
    told: ['', 'active critical', 'cleared critical'],
    first: { condition: 'below', limit: 2, peak: 1.9 },
  },
  {
    name: 'outside, each range with its severity',
    when: {
      metric: 'temperature',
      outside: [
        { range: [2, 8], severity: 'info' },
        { range: [0, 10], severity: 'critical' },
      ],
    },
    readings: [
      [40, t(5)],
      [30, t(1)],
      [20, t(-1)],
      [10, t(9)],
      [5, t(8)],
    ],
    told: ['', 'active info', 'active critical', 'active info', 'cleared info'],
    first: { condition: 'outside', peak: -1 },
  },
  {
    name: 'change within a time',
    when: { metric: 'temperature', change: { by: 5, within: '2m' } },
    readings: [
      [500, t(20)],
      [300, t(26)],
      [250, t(22)],
      [200, t(27)],
      [60, t(27)],
    ],
    told: ['', '', '', 'active warning', 'cleared warning'],
    first: { condition: 'change', limit: 5 },
  },
  {
    name: 'flat',
    when: { metric: 'temperature', flat: { for: '1m', tolerance: 0.1 } },
    readings: [
      [200, t(20)],
      [150, t(20.1)],
      [120, t(20)],
      [60, t(21)],
    ],
    told: ['', '', 'active warning', 'cleared warning'],
    first: { condition: 'flat', value: 21 },
  },
  {
    name: 'an expression over several metrics',
    when: { expression: 'dew_point(temperature, humidity) > 18' },
    readings: [
      [40, { temperature: 25 }],
      [30, { humidity: 50 }],
      [20, { humidity: 80 }],
      [10, { temperature: 20 }],
    ],
    told: ['', '', 'active warning', 'cleared warning'],
    first: { condition: 'expression', metric: null, limit: 18 },
  },
];

function reading(values: Record<string, number>, ago?: number): Json {
  return {
    sensor_id: 'fridge',
    readings: values,
    ...(ago === undefined ? {} : { timestamp: new Date(Date.now() - ago * 1000).toISOString() }),
  };
}

async function alerts(platform: TestApp, query = ''): Promise<Json[]> {
  return (await platform.call('GET', `/v1/alerts${query}`)).body.items;
}

function until(platform: TestApp, query: string, expected: unknown) {
  return expect
    .poll(() => alerts(platform, query), { timeout: 5000 })
    .toMatchObject(expected as []);
}

/** What the rule would have done over the last day. */
async function backtest(platform: TestApp, when: Json): Promise<Json[]> {
  const from = new Date(Date.now() - DAY_MS).toISOString();
  const input = { rule: { when }, from, to: new Date().toISOString() };
  const { status, body } = await platform.call('POST', '/v1/rules/backtest', input);
  expect(status).toBe(200);
  return body.alerts;
}

test.each(STORIES)(
  '$name: what each reading brings about is in its acknowledgement, and a backtest finds the same',
  async (story) => {
    const platform = await createTestApp();
    await platform.put('/v1/rules/watch', { when: story.when });
    const told: string[] = [];
    for (const [ago, values] of story.readings) {
      const answer = await platform.send(reading(values, ago));
      told.push(answer.alerts.map(({ state, severity }: Json) => `${state} ${severity}`).join());
    }
    expect(told).toEqual(story.told);
    const all = await alerts(platform);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ rule_id: 'watch', sensor_id: 'fridge', ...story.first });
    expect(await backtest(platform, story.when)).toMatchObject(
      all.map(({ sensor_id, started_at, cleared_at, peak }) => {
        return { sensor_id, started_at, cleared_at, peak };
      }),
    );
  },
);

test('the readings of one request are judged one by one', async () => {
  const platform = await createTestApp();
  await platform.put('/v1/rules/watch', { when: { metric: 'temperature', above: [{ limit: 8 }] } });
  const { alerts: changes } = await platform.send(
    ...[7, 9, 7, 10].map((value, at) => reading(t(value), 40 - at)),
  );
  expect(changes.map(({ state }: Json) => state)).toEqual(['active', 'cleared', 'active']);
  expect(changes[0].id).toBe(changes[1].id);
  expect(changes[2].id).not.toBe(changes[0].id);
});

test('a delay runs out by the clock, with nothing coming in', async () => {
  const platform = await createTestApp();
  await platform.put('/v1/rules/watch', {
    when: { metric: 'temperature', above: [{ limit: 8 }], on_delay: '400ms', off_delay: '300ms' },
  });
  const hot = reading(t(9), 0);
  expect((await platform.send(hot)).alerts).toEqual([]);
  await until(platform, '?state=active', [{ rule_id: 'watch', started_at: hot.timestamp }]);
  expect((await platform.send(reading(t(5)))).alerts).toEqual([]);
  expect(await alerts(platform, '?state=active')).toHaveLength(1);
  await until(platform, '?state=cleared', [{ rule_id: 'watch' }]);

  await platform.send(reading(t(9)));
  await platform.send(reading(t(5)));
  await sleep(600);
  expect(await alerts(platform)).toHaveLength(1);
});

test('a delay that has begun goes on over a restart', async () => {
  const platform = await createTestApp();
  await platform.put('/v1/rules/watch', {
    when: { metric: 'temperature', above: [{ limit: 8 }], on_delay: '1500ms' },
  });
  const hot = reading(t(9), 0);
  await platform.send(hot);
  await platform.restart();
  await until(platform, '?state=active', [{ rule_id: 'watch', started_at: hot.timestamp }]);
});

test('a sensor that says nothing for the time is silent, until it speaks', async () => {
  const platform = await createTestApp();
  await platform.put('/v1/rules/mute', { when: { silent: '1s' }, severity: 'critical' });
  await platform.send(reading(t(5)));
  expect(await alerts(platform)).toEqual([]);
  await until(platform, '?state=active', [
    { rule_id: 'mute', condition: 'silent', severity: 'critical', metric: null },
  ]);
  expect((await platform.send(reading(t(5)))).alerts).toMatchObject([{ state: 'cleared' }]);
});

/** A clock that a test moves on; timers look at it at least every quarter of a second. */
function movableClock() {
  let aheadMs = 0;
  return {
    clock: { now: () => Date.now() + aheadMs },
    ahead(ms: number) {
      aheadMs += ms;
    },
    /** Little by little: a clock that leaps is taken for one that stood still. */
    async pass(seconds: number) {
      for (let passed = 0; passed < seconds; passed += 10) {
        aheadMs += 10_000;
        await sleep(260);
      }
    },
  };
}

test('silence is noticed without any rule, once the interval of a sensor is known', async () => {
  const { clock, ahead, pass } = movableClock();
  const platform = await createTestApp({}, { clock });
  const rules = await platform.call('GET', '/v1/rules');
  expect(rules.body.items).toMatchObject([
    { id: 'silent', built_in: true, enabled: true, when: { silent: 'auto' } },
  ]);
  const beat = async () => {
    await platform.send({ sensor_id: 'fridge', readings: t(5) });
    ahead(20_000);
  };
  for (let k = 0; k < 12; k++) await beat();
  await pass(30);
  expect(await alerts(platform)).toEqual([]);
  // On a busy machine the beats look like a leap of the clock, which excuses the sensor up to the last of them.
  await pass(40);
  await until(platform, '', [{ rule_id: 'silent', sensor_id: 'fridge', state: 'active' }]);
  const { body: sensor } = await platform.call('GET', '/v1/sensors/fridge');
  expect(sensor).toMatchObject({ cadence: '20s', status: 'silent' });
  await beat();
  await until(platform, '', [{ rule_id: 'silent', state: 'cleared' }]);

  await platform.put('/v1/rules/silent', { when: { silent: 'auto' }, enabled: false });
  await pass(100);
  expect(await alerts(platform, '?state=active')).toEqual([]);
  const { status } = await platform.call('DELETE', '/v1/rules/silent');
  expect(status).toBe(204);
  await until(platform, '?state=active', [{ rule_id: 'silent' }]);
});

test('a calibration that runs out raises an alert, and a new one clears it', async () => {
  const platform = await createTestApp();
  await platform.put('/v1/rules/calibrate', { when: { calibration_due: '14d' } });
  const dated = (days: number) => ({
    ...reading(t(5)),
    metadata: { calibration_date: new Date(Date.now() - days * DAY_MS).toISOString() },
  });
  await platform.send(dated(340));
  await sleep(100);
  expect(await alerts(platform)).toEqual([]);
  await platform.send(dated(360));
  await until(platform, '', [{ rule_id: 'calibrate', state: 'active' }]);
  await platform.send(dated(1));
  await until(platform, '', [{ rule_id: 'calibrate', state: 'cleared' }]);
  await platform.send(dated(360));
  await until(platform, '?state=active', [{ rule_id: 'calibrate' }]);
  const { status } = await platform.call('PATCH', '/v1/sensors/fridge', {
    calibration_date: new Date().toISOString(),
  });
  expect(status).toBe(200);
  await until(platform, '?state=active', []);
});

test('outside its schedule a rule is quiet, and what still holds is raised when it opens', async () => {
  const { clock, ahead } = movableClock();
  const platform = await createTestApp({}, { clock });
  const clockTime = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  const openMs = Math.ceil(clock.now() / 60_000) * 60_000 + 2 * 3_600_000;
  await platform.put('/v1/rules/office', {
    when: { metric: 'temperature', above: [{ limit: 8 }] },
    schedule: {
      time_zone: 'UTC',
      windows: [{ from: clockTime(openMs), to: clockTime(openMs + 3_600_000) }],
    },
  });
  await platform.send(reading(t(9)));
  await sleep(300);
  expect(await alerts(platform)).toEqual([]);
  ahead(openMs - clock.now() + 100);
  await until(platform, '', [
    { rule_id: 'office', state: 'active', started_at: new Date(openMs).toISOString() },
  ]);
  ahead(3_600_000);
  await until(platform, '', [{ rule_id: 'office', state: 'cleared' }]);
});

test('a rule that changes while its alert is active takes the alert along, or ends it', async () => {
  const platform = await createTestApp();
  const rule = (limit: number) => ({ when: { metric: 'temperature', above: [{ limit }] } });
  await platform.send(reading(t(9)));
  // The value that stands is judged by a new rule at once.
  await platform.put('/v1/rules/watch', rule(8));
  await until(platform, '', [{ state: 'active', limit: 8 }]);
  const [first] = await alerts(platform);
  await platform.put('/v1/rules/watch', rule(7));
  await platform.put('/v1/rules/watch', { ...rule(7), name: { en: 'Watch' } });
  await sleep(100);
  expect(await alerts(platform)).toMatchObject([{ id: first!.id, state: 'active' }]);
  await platform.put('/v1/rules/watch', rule(20));
  await until(platform, '', [{ id: first!.id, state: 'cleared' }]);
  await platform.put('/v1/rules/watch', rule(8));
  await until(platform, '', [{ state: 'active' }, { id: first!.id }]);
  expect((await platform.call('DELETE', '/v1/rules/watch')).status).toBe(204);
  await until(platform, '?state=active', []);
  expect((await platform.send(reading(t(30)))).alerts).toEqual([]);
  expect((await platform.call('GET', '/v1/rules/watch')).status).toBe(404);
  // Made anew under the same id, it is another rule.
  await platform.put('/v1/rules/watch', rule(25));
  await until(platform, '?state=active', [{ limit: 25, value: 30 }]);
  await platform.put('/v1/rules/watch', { ...rule(25), enabled: false });
  await until(platform, '?state=active', []);
});

test('a rule covers the sensors that its patterns and labels name', async () => {
  const platform = await createTestApp();
  await platform.put('/v1/rules/lyon', {
    where: { sensors: ['fridge-*'], labels: { site: 'lyon' } },
    when: { metric: 'temperature', above: [{ limit: 8 }] },
  });
  const hot = (sensor_id: string) => ({ sensor_id, readings: t(9) });
  await platform.put('/v1/sensors/fridge-1', { labels: { site: 'lyon' } });
  await platform.put('/v1/sensors/fridge-2', { labels: { site: 'paris' } });
  await platform.put('/v1/sensors/oven-1', { labels: { site: 'lyon' } });
  const { alerts: raised } = await platform.send(...['fridge-1', 'fridge-2', 'oven-1'].map(hot));
  expect(raised).toMatchObject([{ sensor_id: 'fridge-1' }]);
  expect(raised).toHaveLength(1);
  // A label that changes moves the sensor in and out of the rule.
  await platform.call('PATCH', '/v1/sensors/fridge-2', { labels: { site: 'lyon' } });
  await until(platform, '?state=active', [{ sensor_id: 'fridge-2' }, { sensor_id: 'fridge-1' }]);
  await platform.call('PATCH', '/v1/sensors/fridge-1', { labels: { site: null } });
  await until(platform, '?state=active', [{ sensor_id: 'fridge-2' }]);
  // As does one that a reading brings.
  await platform.send({ ...hot('fridge-2'), metadata: { labels: { site: 'nice' } } });
  await until(platform, '?state=active', []);
});

test('a rule that makes no sense is refused with everything that is wrong', async () => {
  const platform = await createTestApp();
  const pointers = async (rule: unknown) => {
    const { status, body } = await platform.call('PUT', '/v1/rules/bad', rule);
    expect(body).toMatchObject({ code: 'rule_invalid' });
    expect(status).toBe(400);
    return body.errors.map(({ pointer }: Json) => pointer);
  };
  const when = { metric: 'temperature', above: [{ limit: 8 }] };
  expect(
    await pointers({ when: { ...when, on_delay: 'soon' }, severity: 'loud', colour: 'red' }),
  ).toEqual(expect.arrayContaining(['/colour', '/severity', '/when/on_delay']));
  expect(
    await pointers({
      when: {
        metric: 'temperature',
        outside: [{ range: [8, 2] }],
        on_delay: '9999w',
      },
      schedule: { time_zone: 'Mars/Olympus', windows: [{ from: '08:00', to: '08:00' }] },
    }),
  ).toEqual(
    expect.arrayContaining(['/when/on_delay', '/when/outside/0/range', '/schedule/time_zone']),
  );
  expect(await pointers({ when, policy: 'nobody' })).toEqual(['/policy']);
  expect(await pointers({ when: { expression: 'dew_point(temperature) >' } })).toEqual([
    '/when/expression',
  ]);
  expect((await platform.call('GET', '/v1/rules/bad')).status).toBe(404);
});
