import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { readServerEvents } from '#cli/server-events.ts';
import { ADMIN_KEY, createApiUnderTest } from '#test/support/create-api.ts';
import { sensorRow } from '#test/support/state-rows.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 9, 1);
const rule = { when: { metric: 'temperature', above: [{ limit: 5 }] } };
const from = new Date(START).toISOString();
const input = { rule, from, to: new Date(START + 10 * DAY).toISOString() };

/** Two sensors with a reading a minute for ten days; pages of the history come when `open` lets them. */
async function createHistory() {
  const api = await createApiUnderTest();
  await api.state.db
    .insertInto('sensors')
    .values([1, 2].map((pk) => sensorRow({ pk, sensor_id: `freezer-${pk}` })))
    .execute();
  await api.state.db
    .insertInto('series')
    .values([1, 2].map((id) => ({ id, sensor_pk: id, metric: 'temperature', unit: null })))
    .execute();
  for (const id of [1, 2]) {
    const samples = Array.from({ length: 1440 * 10 }, (_, at) => {
      return { timeMs: START + at * 60_000, value: Math.floor(at / 100) % 2 === 0 ? 4 : 6 + id };
    });
    api.history.fill(id, samples);
  }
  const gate = Promise.withResolvers<void>();
  let pages = 0;
  const samples = api.history.samples.bind(api.history);
  api.history.samples = async (range) => {
    pages++;
    if (pages > 3) await gate.promise;
    return samples(range);
  };
  onTestFinished(() => gate.resolve());
  return { ...api, open: gate.resolve, pages: () => pages };
}

type Api = Awaited<ReturnType<typeof createHistory>>;

async function stream({ url }: Api, body: unknown = input, key = ADMIN_KEY) {
  const stop = new AbortController();
  const response = await fetch(`${url}/v1/rules/backtest`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json;q=0.5, text/event-stream',
    },
    body: JSON.stringify(body),
    signal: stop.signal,
  });
  return { response, stop: () => stop.abort() };
}

async function heardOf(response: Response) {
  const events = await Array.fromAsync(readServerEvents(response.body!));
  return events.map(({ name, data }) => ({ name, data: JSON.parse(data) }));
}

test('progress is told while it runs, and the result is what the JSON answer is', async () => {
  const api = await createHistory();
  const { response } = await stream(api);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  const heard = heardOf(response);
  await expect.poll(api.pages).toBe(4);
  await sleep(300);
  api.open();
  const events = await heard;
  const seen = events.filter(({ name }) => name === 'progress').map(({ data }) => data);
  const total = (2 * 10 * DAY) / 1000;
  expect(seen[0]).toEqual({ phase: 'replay', done: 0, total, samples: 0 });
  expect(seen.length).toBeGreaterThan(1);
  for (const [at, { done, samples }] of seen.slice(1).entries()) {
    expect(done).toBeGreaterThan(seen[at].done);
    expect(done).toBeLessThanOrEqual(total);
    expect(samples).toBeGreaterThan(seen[at].samples);
  }
  const { body } = await api.ask('POST /v1/rules/backtest', { body: input });
  expect(body.summary).toMatchObject({ samples: 28_800, sensors: 2, alerts: 144 });
  expect(events.at(-1)).toEqual({ name: 'result', data: body });
  expect(events.filter(({ name }) => name !== 'progress')).toHaveLength(1);
});

test('what is wrong with the question is a plain problem, whatever is accepted', async () => {
  const api = await createHistory();
  const { response } = await stream(api, { ...input, rule: { when: { metric: 'x', above: [] } } });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    400,
    expect.stringContaining('application/problem+json'),
  ]);
  expect(await response.json()).toMatchObject({ code: 'rule_invalid' });
  const sender = await stream(api, input, await api.makeKey('ingest'));
  expect(sender.response.status).toBe(403);
});

test('what fails on the way ends the stream with an error that is a problem', async () => {
  const api = await createHistory();
  api.history.samples = () => Promise.reject(new Error('disk 7 is on fire'));
  const { response } = await stream(api);
  const events = await heardOf(response);
  expect(events.map(({ name }) => name)).toEqual(['progress', 'error']);
  expect(events[1]?.data).toMatchObject({ status: 500, code: 'internal' });
  expect(JSON.stringify(events)).not.toContain('disk 7');
});

test('whoever goes away stops the work, and makes room for the next', async () => {
  const api = await createHistory();
  const running = [await stream(api), await stream(api)];
  await expect.poll(api.pages).toBeGreaterThan(3);
  const refused = await stream(api);
  expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([
    429,
    '5',
  ]);
  for (const { stop } of running) stop();
  await sleep(50);
  const asked = api.pages();
  api.open();
  await expect
    .poll(async () => (await api.ask('POST /v1/rules/backtest', { body: input })).status)
    .toBe(200);
  // A whole backtest asks for more pages than the two that were stopped asked for after it.
  const whole = 2 * Math.ceil((10 * DAY) / (6 * 3_600_000));
  expect(api.pages() - asked).toBeLessThanOrEqual(whole);
});
