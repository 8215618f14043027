// From a reading that trips a rule to its webhook, while other readings come in at a steady rate.
//   npm run bench:latency [-- --rate 20000 --seconds 10 --backtests 0 --smoke]
// The first three seconds warm up (10,000 sensors register, code is compiled) and are not counted.
// The load is sent by this process in batches of 100; a probe reading is sent alone every 20 ms.
// With --backtests so many of them run all the time, one after the other, over 500,000 samples of a flickering sensor.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { call, freePort } from '../test/support/spawn-platform.ts';
import { AUTHORIZATION, quantiles, residentMb, startBench } from './platform.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '10' },
    backtests: { type: 'string', default: '0' },
    smoke: { type: 'boolean', default: false },
  },
});
const rate = values.smoke ? 2000 : Number(values.rate);
const seconds = values.smoke ? 2 : Number(values.seconds);
const BATCH = 100;
const SENSORS = 10_000;
const PROBE_MS = 20;
const WARM_UP_MS = values.smoke ? 0 : 3000;

const sentAt = new Map<string, number>();
const latencies: number[] = [];
let received = 0;
let countFrom = Number.POSITIVE_INFINITY;
const receiver = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    response.end();
    const { type, data } = JSON.parse(text) as {
      type: string;
      data: { alert: { sensor_id: string } };
    };
    const at = sentAt.get(data.alert.sensor_id);
    if (type !== 'vigie.alert.raised' || at === undefined) return;
    received++;
    if (at > countFrom) latencies.push(performance.now() - at);
  });
});
const port = await freePort();
await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
const { platform, end } = await startBench({ VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true' });
const contact = { id: 'hook', channel: 'webhook', settings: { url: `http://127.0.0.1:${port}/` } };
await call(`${platform.url}/v1/contacts`, 'POST', contact);

async function post(readings: unknown): Promise<void> {
  const answer = await fetch(`${platform.url}/v1/readings`, {
    method: 'POST',
    headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
    body: JSON.stringify(readings),
  });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
}

function batch(number: number): unknown[] {
  return Array.from({ length: BATCH }, (_, k) => {
    const n = number * BATCH + k;
    const timestamp = new Date(startMs + Math.floor(n / SENSORS) * 100).toISOString();
    const readings = { temperature: 20 + (n % 100) / 100, pressure: 1013, humidity: 45 + (n % 7) };
    return { sensor_id: `sensor-${n % SENSORS}`, timestamp, readings };
  });
}

const HISTORY_STEP_MS = 10_000;
const historySamples = values.smoke ? 20_000 : 500_000;
const historyEndMs = Date.now() - 3_600_000;
const historyStartMs = historyEndMs - historySamples * HISTORY_STEP_MS;

/** Around the wave's middle the noise crosses the limit again and again, so that a suggestion is looked for. */
async function fillHistory(): Promise<void> {
  for (let from = 0; from < historySamples; from += 20_000) {
    const lines = Array.from({ length: 20_000 }, (_, k) => {
      const n = from + k;
      const value = (20 + 5 * Math.sin(n / 5000) + ((n * 61) % 100) / 100).toFixed(2);
      return `reading,sensor_id=history level=${value} ${historyStartMs + n * HISTORY_STEP_MS}`;
    });
    const answer = await fetch(`${platform.url}/api/v2/write?precision=ms`, {
      method: 'POST',
      headers: { authorization: AUTHORIZATION },
      body: lines.join('\n'),
    });
    if (answer.status !== 204) throw new Error(await answer.text());
  }
}

let backtests = 0;
let isOver = false;
async function keepBacktesting(): Promise<void> {
  const from = new Date(historyStartMs).toISOString();
  const to = new Date(historyEndMs).toISOString();
  const when = { metric: 'level', above: [{ limit: 20.5 }] };
  const rule = { where: { sensors: ['history'] }, when };
  while (!isOver) {
    const answer = await call(`${platform.url}/v1/rules/backtest`, 'POST', { rule, from, to });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    backtests++;
  }
}

if (Number(values.backtests) > 0) await fillHistory();
const running = Array.from({ length: Number(values.backtests) }, keepBacktesting);
const startMs = Date.now() - 60_000;
const begun = performance.now();
countFrom = begun + WARM_UP_MS;
const pending = new Set<Promise<void>>();
const track = (work: Promise<void>): void => {
  const tracked = work.finally(() => pending.delete(tracked));
  pending.add(tracked);
};
let batches = 0;
let probes = 0;
while (performance.now() < countFrom + seconds * 1000) {
  const elapsed = performance.now() - begun;
  while (batches < (elapsed / 1000) * (rate / BATCH)) track(post(batch(batches++)));
  while (probes < elapsed / PROBE_MS) {
    const sensorId = `probe-${probes++}`;
    sentAt.set(sensorId, performance.now());
    track(post({ sensor_id: sensorId, readings: { temperature: 40 } }));
  }
  if (pending.size > 2000) throw new Error('the platform does not keep up with the rate');
  await sleep(2);
}
isOver = true;
await Promise.all([...pending, ...running]);
const sentSeconds = (performance.now() - begun) / 1000;
for (let wait = 0; wait < 100 && received < probes; wait++) await sleep(50);
const figures = {
  bench: 'reading to webhook',
  readings_per_second: Math.round((batches * BATCH) / sentSeconds),
  probes,
  received,
  ...quantiles(latencies),
  backtests,
  resident_mb: residentMb(platform.process.pid),
};
console.error(
  `reading to webhook at ${figures.readings_per_second} readings/s: p50 ${figures.p50_ms} ms, p99 ${figures.p99_ms} ms, max ${figures.max_ms} ms (${figures.received}/${probes}); ${backtests} backtests meanwhile`,
);
console.log(JSON.stringify(figures));
await end();
receiver.close();
receiver.closeAllConnections();
if (figures.received !== probes) {
  console.error('some webhooks did not come');
  process.exitCode = 1;
}
