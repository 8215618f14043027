import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readServerEvents } from '#cli/server-events.ts';
import { createTestApp, type Json, type TestApp } from '#test/support/app.ts';
import { makeHost } from '#test/support/command-host.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import { ADMIN_KEY } from '#test/support/spawn-platform.ts';

const DAY = 86_400_000;
const STEP_MS = 10_000;
const END = Math.floor(Date.now() / STEP_MS) * STEP_MS - 3_600_000;
const START = END - 3 * DAY;
const span = { from: new Date(START).toISOString(), to: new Date(END).toISOString() };

/** Line protocol of three sensors: a wave, one that flickers around a limit, and one that is silent every third hour. */
function linesOf(): string[] {
  const lines: string[] = [];
  for (let timeMs = START; timeMs < END; timeMs += STEP_MS) {
    const n = (timeMs - START) / STEP_MS;
    const wave = (5 * Math.sin(n / 700)).toFixed(2);
    const flicker = (5 * Math.sin(n / 2000) + ((n * 61) % 100) / 100).toFixed(2);
    lines.push(`reading,sensor_id=wave temperature=${wave},humidity=${n % 97} ${timeMs}`);
    lines.push(`reading,sensor_id=flicker temperature=${flicker} ${timeMs}`);
    if (Math.floor(n / 360) % 3 > 0) lines.push(`reading,sensor_id=gaps level=${n % 7} ${timeMs}`);
  }
  return lines;
}

const RULES: Record<string, Json> = {
  'two levels': {
    metric: 'temperature',
    above: [
      { limit: 2, severity: 'warning' },
      { limit: 4.5, severity: 'critical' },
    ],
    ...{ deadband: 0.5, on_delay: '1m' },
  },
  'one that chatters': { metric: 'temperature', above: [{ limit: 0.5 }] },
  silence: { silent: '15m' },
  'two metrics': { expression: 'temperature > 3 && humidity > 50' },
  change: { metric: 'temperature', change: { by: 1.1, within: '30m' } },
};

async function filled(env: Record<string, string> = {}): Promise<TestApp> {
  const platform = await createTestApp(env);
  const lines = linesOf();
  for (let from = 0; from < lines.length; from += 20_000) {
    const body = lines.slice(from, from + 20_000).join('\n');
    const path = '/api/v2/write?precision=ms';
    const { status } = await platform.post(body, { 'content-type': 'text/plain' }, path);
    if (status !== 204) throw new Error(`lines were answered ${status}`);
  }
  return platform;
}

async function streamed(platform: TestApp, when: Json): Promise<{ name: string; data: Json }[]> {
  const response = await fetch(`${platform.url}/v1/rules/backtest`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ rule: { when }, ...span }),
  });
  const events = await Array.fromAsync(readServerEvents(response.body!));
  return events.map(({ name, data }) => ({ name, data: JSON.parse(data) }));
}

describe.skipIf(postgresObstacle !== undefined)('a backtest over PostgreSQL', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  test('tells of the same history what one over the files tells, as an answer, as a stream and as a command', async () => {
    const files = await filled();
    const database = await filled({ VIGIE_POSTGRES_URL: await cluster.createDatabase() });
    for (const [name, when] of Object.entries(RULES)) {
      const input = { rule: { when }, ...span };
      const expected = await files.call('POST', '/v1/rules/backtest', input);
      expect([name, expected.status]).toEqual([name, 200]);
      expect([name, expected.body.summary.alerts > 0]).toEqual([name, true]);
      const answer = await database.call('POST', '/v1/rules/backtest', input);
      expect([name, answer.body]).toEqual([name, expected.body]);
      const events = await streamed(database, when);
      expect([name, events[0]?.name]).toEqual([name, 'progress']);
      expect([name, events.at(-1)]).toEqual([name, { name: 'result', data: expected.body }]);
    }
    const chattering = { rule: { when: RULES['one that chatters'] }, ...span };
    const { body } = await database.call('POST', '/v1/rules/backtest', chattering);
    expect(body.summary.chattering).toContain('flicker');
    expect(body.suggestion).not.toBeNull();

    const host = makeHost({ VIGIE_URL: database.url, VIGIE_KEY: ADMIN_KEY });
    writeFileSync(join(host.cwd, 'rule.json'), JSON.stringify(chattering.rule));
    const times = ['--from', span.from, '--to', span.to];
    expect(await host.run(['backtest', '-f', 'rule.json', ...times, '--json'])).toBe(0);
    expect(JSON.parse(host.out)).toEqual(body);
  });
});
