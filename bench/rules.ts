// Reading to webhook with 100,000 rules, at rest and while rules change; start time, memory, time of a change.
//   npm run bench:rules [-- --rules 100000 --sensors 100000 --rate 5000 --seconds 30 --smoke]
// Sensors register by readings; the rules are written into the store while the platform is stopped. Batches of 100
// readings make up the rate; every 20 ms one reading alone trips a rule, and is timed until its webhook.
// The changes go on for as long again: one of a rule for one sensor, five ways, every 250 ms, and one that
// covers a fifth of the fleet every 5 s.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { formatTime } from '#domain/time.ts';
import { validateRule } from '#engine/rules/validate-rule.ts';
import { openEmbeddedState } from '#storage/embedded/open-state.ts';
import {
  call,
  freePort,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '../test/support/spawn-platform.ts';
import { AUTHORIZATION, cpuSeconds, quantiles, residentMb } from './platform.ts';
import { benchRule, benchSensor, probedSensor } from './rule-mix.ts';

const { values } = parseArgs({
  options: {
    rules: { type: 'string', default: '100000' },
    sensors: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '30' },
    smoke: { type: 'boolean', default: false },
  },
});
const rules = values.smoke ? 2000 : Number(values.rules);
const sensors = values.smoke ? 2000 : Number(values.sensors);
const rate = values.smoke ? 1000 : Number(values.rate);
const seconds = values.smoke ? 2 : Number(values.seconds);
const BATCH = 100;
const PROBE_MS = 20;
const CHANGE_MS = 250;
const BROAD_EVERY = 20;
const WARM_UP_MS = values.smoke ? 0 : 5000;
const ENV = {
  VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
  VIGIE_RATE_LIMIT: '0',
};

/** What is waited for, by `change sensor rule`. */
const waiting = new Map<string, { sentAt: number; arrived(ms: number): void }>();
const receiver = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    response.end();
    const { type, data } = JSON.parse(text) as {
      type: string;
      data: { alert: { sensor_id: string; rule_id: string } };
    };
    const key = `${type} ${data.alert.sensor_id} ${data.alert.rule_id}`;
    const expected = waiting.get(key);
    waiting.delete(key);
    expected?.arrived(performance.now() - expected.sentAt);
  });
});

async function post(url: string, readings: unknown): Promise<void> {
  const answer = await fetch(`${url}/v1/readings`, {
    method: 'POST',
    headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
    body: JSON.stringify(readings),
  });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
}

/** What is too hot stays so: an alert that clears would be another notification. */
const hot = new Set<string>();

function reading(n: number) {
  const { id } = benchSensor(n % sensors);
  const temperature = hot.has(id) ? 85 : 20 + (n % 97) / 100;
  return { sensor_id: id, readings: { temperature, humidity: 45 + (n % 7), pressure: 1013 } };
}

async function registerSensors(url: string): Promise<number> {
  const begun = performance.now();
  for (let from = 0; from < sensors; from += 1000) {
    const some = Array.from({ length: Math.min(1000, sensors - from) }, (_, k) => {
      const { labels } = benchSensor(from + k);
      return { ...reading(from + k), metadata: { labels } };
    });
    await post(url, some);
  }
  return performance.now() - begun;
}

async function storeRules(folder: string): Promise<void> {
  const { state, close } = await openEmbeddedState(folder);
  const now = Date.now();
  const times = { created_at: formatTime(now), updated_at: formatTime(now) };
  const rowOf = (n: number) => {
    const input = benchRule(n, sensors);
    if (validateRule(input).length > 0) throw new Error(`the rule ${input.id} is not sound`);
    const rule = { ...input, enabled: true, revision: 1, ...times };
    const key = { customer: 'main', kind: 'rule', id: rule.id, revision: 1 } as const;
    return { ...key, body: JSON.stringify(rule), created_at: now, updated_at: now };
  };
  for (let from = 0; from < rules; from += 500) {
    const rows = Array.from({ length: Math.min(500, rules - from) }, (_, k) => rowOf(from + k));
    await state.transaction((tx) => tx.insertInto('documents').values(rows).execute());
  }
  await close();
}

const probes = Array.from({ length: rules }, (_, n) => n).flatMap((n) => {
  const sensor = probedSensor(n, sensors);
  return sensor === undefined ? [] : [{ ruleId: benchRule(n, sensors).id, sensorId: sensor.id }];
});
let nextProbe = 0;
let nextBatch = 0;

interface Phase {
  latencies: number[];
  sent: number;
  arrived: number;
}

/** Load and probes for so long; `latencies` holds those sent after the warm-up. */
async function load(
  { url, process: { pid } }: SpawnedPlatform,
  { forMs, warmUpMs }: { forMs: number; warmUpMs: number },
) {
  const phase: Phase = { latencies: [], sent: 0, arrived: 0 };
  const pending = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => pending.delete(tracked));
    pending.add(tracked);
  };
  const cpuBefore = cpuSeconds(pid);
  const begun = performance.now();
  const firstBatch = nextBatch;
  for (let elapsed = 0; elapsed < warmUpMs + forMs; elapsed = performance.now() - begun) {
    while (nextBatch - firstBatch < (elapsed / 1000) * (rate / BATCH)) {
      const first = nextBatch++ * BATCH;
      track(
        post(
          url,
          Array.from({ length: BATCH }, (_, k) => reading(first + k)),
        ),
      );
    }
    while (phase.sent < elapsed / PROBE_MS && nextProbe < probes.length) {
      const { sensorId, ruleId } = probes[nextProbe++]!;
      hot.add(sensorId);
      const sentAt = performance.now();
      phase.sent++;
      waiting.set(`vigie.alert.raised ${sensorId} ${ruleId}`, {
        sentAt,
        arrived(ms) {
          phase.arrived++;
          if (sentAt - begun >= warmUpMs) phase.latencies.push(ms);
        },
      });
      track(post(url, { sensor_id: sensorId, readings: { temperature: 85 } }));
    }
    if (pending.size > 2000) throw new Error('the platform does not keep up with the rate');
    await sleep(2);
  }
  await Promise.all(pending);
  const cpu = (cpuSeconds(pid) - cpuBefore) / ((performance.now() - begun) / 1000);
  for (let wait = 0; wait < 200 && phase.arrived < phase.sent; wait++) await sleep(50);
  // Of one core; tells of a busy machine, too, what the times do not.
  const cpu_percent = Math.round(cpu * 100);
  return { ...quantiles(phase.latencies), cpu_percent, probes: phase.sent, arrived: phase.arrived };
}

interface Changes {
  answered: number[];
  broadAnswered: number[];
  /** From the call to the webhook of the alert that it raised or cleared. */
  effective: number[];
  missing: number;
}

/** Makes, renames, tightens, loosens and removes a rule for one sensor over and over, until it is stopped. */
async function change(url: string, signal: AbortSignal): Promise<Changes> {
  const changes: Changes = { answered: [], broadAnswered: [], effective: [], missing: 0 };
  const timed = async (into: number[], { path, method, body }: Call): Promise<void> => {
    const begun = performance.now();
    const { status } = await call(`${url}${path}`, method, body);
    if (status >= 300) throw new Error(`${method} ${path} was answered ${status}`);
    into.push(performance.now() - begun);
  };
  for (let turn = 0; !signal.aborted; turn++) {
    const id = `own-${Math.floor(turn / 5)}`;
    const sensorId = benchSensor((Math.floor(turn / 5) * 7919 + 5) % sensors).id;
    const rule = { name: { en: 'Own' }, where: { sensors: [sensorId] } };
    const [step, effect] = (
      [
        [{ ...rule, when: { metric: 'humidity', above: [{ limit: 200 }] } }],
        [{ ...rule, when: { metric: 'humidity', above: [{ limit: 10 }] } }, 'raised'],
        [{ ...rule, name: { en: 'My own' }, when: { metric: 'humidity', above: [{ limit: 10 }] } }],
        [{ ...rule, when: { metric: 'humidity', above: [{ limit: 150 }] } }, 'cleared'],
        [undefined],
      ] as const
    )[turn % 5]!;
    const method = step === undefined ? 'DELETE' : 'PUT';
    const begun = performance.now();
    const done = effect && arrival(`vigie.alert.${effect} ${sensorId} ${id}`, begun);
    await timed(changes.answered, { path: `/v1/rules/${id}`, method, body: step });
    if (done)
      done.then((ms) => (ms === undefined ? changes.missing++ : changes.effective.push(ms)));
    if (turn % BROAD_EVERY === BROAD_EVERY - 1) {
      const when = { metric: 'temperature', above: [{ limit: 200 + turn }] };
      const body = { where: { labels: { kind: 'oven' } }, when };
      await timed(changes.broadAnswered, { path: '/v1/rules/broad', method: 'PUT', body });
    }
    await sleep(Math.max(0, CHANGE_MS - (performance.now() - begun)));
    if (done) await done;
  }
  return changes;
}

interface Call {
  path: string;
  method: string;
  body: unknown;
}

/** ms after `sentAt`; undefined where it has not come within a minute. */
function arrival(key: string, sentAt: number): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  waiting.set(key, { sentAt, arrived: resolve });
  setTimeout(() => resolve(undefined), 60_000).unref();
  return promise;
}

/** How long each page of GET /v1/rules takes, through all of them. */
async function pageThrough(url: string): Promise<number[]> {
  const times: number[] = [];
  let found = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const begun = performance.now();
    const { body } = await call(`${url}/v1/rules?limit=1000${cursor}`, 'GET');
    times.push(performance.now() - begun);
    const page = body as { items: unknown[]; next_cursor: string | null };
    found += page.items.length;
    cursor = page.next_cursor === null ? null : `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
  if (found < rules) throw new Error(`listed ${found} of ${rules} rules`);
  return times;
}

async function start(folder: string): Promise<{ platform: SpawnedPlatform; ms: number }> {
  const begun = performance.now();
  const platform = await spawnPlatform(folder, ENV, { readyWithinMs: 600_000 });
  return { platform, ms: Math.round(performance.now() - begun) };
}

const port = await freePort();
await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
const folder = temporaryFolder('bench');
const empty = await start(folder.path);
const registerMs = Math.round(await registerSensors(empty.platform.url));
const contact = { id: 'hook', channel: 'webhook', settings: { url: `http://127.0.0.1:${port}/` } };
await call(`${empty.platform.url}/v1/contacts`, 'POST', contact);
const withoutRulesMb = residentMb(empty.platform.process.pid);
await empty.platform.stop();
await storeRules(folder.path);
const { platform, ms: startMs } = await start(folder.path);
const { url } = platform;
const afterStartMb = residentMb(platform.process.pid);
const calm = await load(platform, { forMs: seconds * 1000, warmUpMs: WARM_UP_MS });
const isOver = new AbortController();
const changing = change(url, isOver.signal);
const busy = await load(platform, { forMs: seconds * 1000, warmUpMs: 0 });
isOver.abort();
const changes = await changing;
const figures = {
  bench: 'rules',
  ...{ rules, sensors, readings_per_second: rate },
  empty_start_ms: empty.ms,
  register_ms: registerMs,
  without_rules_mb: withoutRulesMb,
  start_ms: startMs,
  after_start_mb: afterStartMb,
  resident_mb: residentMb(platform.process.pid),
  calm,
  while_rules_change: busy,
  changes: changes.answered.length + changes.broadAnswered.length,
  change_answered: quantiles(changes.answered),
  broad_change_answered: quantiles(changes.broadAnswered),
  change_to_webhook: quantiles(changes.effective),
  page_of_1000: quantiles(await pageThrough(url)),
};
const line = (name: string, { p50_ms, p99_ms, max_ms }: ReturnType<typeof quantiles>): void =>
  console.error(`${name}: p50 ${p50_ms} ms, p99 ${p99_ms} ms, max ${max_ms} ms`);
console.error(
  `${rules} rules, ${sensors} sensors, ${rate} readings/s: ready after ${startMs} ms, ${figures.resident_mb} MB`,
);
line('reading to webhook', calm);
line('the same while rules change', busy);
line(`a change of a rule, answered (${changes.answered.length})`, figures.change_answered);
line('a change to the webhook of its alert', figures.change_to_webhook);
line('a page of 1000 rules', figures.page_of_1000);
console.log(JSON.stringify(figures));
await platform.stop();
folder.remove();
receiver.close();
receiver.closeAllConnections();
if (calm.arrived !== calm.probes || busy.arrived !== busy.probes || changes.missing > 0) {
  console.error('some webhooks did not come');
  process.exitCode = 1;
}
