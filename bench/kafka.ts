// Readings through Kafka into PostgreSQL, with a rule on: broker, database, platform and load on this machine.
//   npm run bench:kafka [-- --seconds 10 --processors 1,2,4 --cpu-rate 20000 --rate 5000 --smoke]
// 1. As fast as they come in (1000 readings a request): from the first request until the database holds every sample.
// 2. CPU time of the processors for each reading at the same steady rate, with 1, 2 and 4 of them, and what they use while
//    nothing comes. Each has judged as many readings before as one alone has: until then it compiles what it runs.
// 3. From a reading that trips the rule to its webhook, at a steady rate; ten such readings a second.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startKafka } from '../test/support/kafka-cluster.ts';
import { createCluster } from '../test/support/postgres.ts';
import {
  call,
  freePort,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '../test/support/spawn-platform.ts';
import { AUTHORIZATION, HOT_RULE, quantiles } from './platform.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '5000' },
    'cpu-rate': { type: 'string', default: '20000' },
    processors: { type: 'string', default: '1,2,4' },
    smoke: { type: 'boolean', default: false },
  },
});
const seconds = values.smoke ? 2 : Number(values.seconds);
const fleets = values.smoke ? [1] : values.processors.split(',').map(Number).filter(Boolean);
const METRICS = 3;
const BATCH = 1000;
const TICKS_PER_SECOND = 100;
const PROBE_MS = 100;
/** Of each processor before its CPU time counts; with fewer, four were measured at half of what one had run. */
const WARM_UP_READINGS = values.smoke ? 2000 : 160_000;
const SETTLE_SECONDS = values.smoke ? 0 : 10;
const REST_SECONDS = values.smoke ? 1 : 6;

const cluster = await createCluster();

interface Fleet {
  gateway: SpawnedPlatform;
  processors: SpawnedPlatform[];
  database: pg.Client;
  end(): Promise<void>;
}

/** A gateway with API and notifier, and processors of their own, over topics and a database of their own. */
async function startFleet(processors: number, env: Record<string, string> = {}): Promise<Fleet> {
  const broker = await startKafka();
  const url = await cluster.createDatabase();
  const folders = Array.from({ length: processors + 1 }, () => temporaryFolder('bench'));
  const common = {
    VIGIE_POSTGRES_URL: url,
    VIGIE_KAFKA_BROKERS: broker.brokers,
    VIGIE_RATE_LIMIT: '0',
    ...env,
  };
  const gateway = await spawnPlatform(folders[0]!.path, {
    ...common,
    VIGIE_ROLES: 'gateway,api,notifier',
  });
  const made = await call(`${gateway.url}/v1/rules`, 'POST', HOT_RULE);
  if (made.status !== 201) throw new Error(`the rule was refused: ${JSON.stringify(made.body)}`);
  const running = await Promise.all(
    folders
      .slice(1)
      .map(({ path }) => spawnPlatform(path, { ...common, VIGIE_ROLES: 'processor' })),
  );
  const database = new pg.Client({ connectionString: url });
  // What failed before the server went away is what is to be seen.
  database.on('error', () => undefined);
  await database.connect();
  return {
    gateway,
    processors: running,
    database,
    async end() {
      await Promise.all([gateway, ...running].map((platform) => platform.stop()));
      await database.end();
      await broker.stop();
      for (const folder of folders) folder.remove();
    },
  };
}

/** CPU time that a process has used, s. */
function cpuSeconds({ process: { pid } }: SpawnedPlatform): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function storedSamples(database: pg.Client): Promise<number> {
  const { rows } = await database.query('SELECT coalesce(sum(samples), 0) AS count FROM shards');
  return Number(rows[0].count);
}

/** The load generator as a process of its own; answers how many readings were acknowledged. */
async function load(port: number, forSeconds: number, rate = 0): Promise<number> {
  const script = fileURLToPath(new URL('load.ts', import.meta.url));
  const options = ['--port', String(port), '--auth', AUTHORIZATION, '--batch', String(BATCH)];
  const child = spawn(
    process.execPath,
    [
      script,
      ...options,
      '--connections',
      '8',
      '--seconds',
      String(forSeconds),
      '--rate',
      String(rate),
      '--most-readings',
      String((rate || 150_000) * forSeconds),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once('exit', resolve));
  const { readings_per_second: reached, seconds: took, statuses } = JSON.parse(text);
  console.error(`  load: ${JSON.stringify({ reached, took, statuses })}`);
  // Counted, not computed from rate and time: those are rounded.
  const taken = Object.entries(statuses as Record<string, number>).filter(([status]) =>
    status.startsWith('2'),
  );
  return taken.reduce((sum, [, requests]) => sum + requests, 0) * BATCH;
}

/** Resolves once the database holds so many samples; answers when, of performance.now. */
async function untilStored(database: pg.Client, samples: number): Promise<number> {
  let before = -1;
  for (let idle = 0; idle < 200; ) {
    const count = await storedSamples(database);
    if (count >= samples) return performance.now();
    idle = count === before ? idle + 1 : 0;
    before = count;
    await sleep(100);
  }
  throw new Error(`only ${before} of ${samples} samples were stored`);
}

/** What a fleet has done so far. */
async function countsOf({ gateway, processors, database }: Fleet) {
  const commits = processors.map(async ({ url }) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^vigie_commit_seconds_count (\d+)/m.exec(text)?.[1] ?? 0);
  });
  return {
    processorSeconds: sum(processors.map(cpuSeconds)),
    gatewaySeconds: cpuSeconds(gateway),
    commits: sum(await Promise.all(commits)),
    readings: (await storedSamples(database)) / METRICS,
    atMs: performance.now(),
  };
}

type Counts = Awaited<ReturnType<typeof countsOf>>;

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

function figuresOf(before: Counts, after: Counts) {
  const readings = after.readings - before.readings;
  const perReading = (seconds: number) => Math.round((seconds / readings) * 1e8) / 100;
  return {
    readings,
    readings_per_second: Math.round((readings * 1000) / (after.atMs - before.atMs)),
    processor_cpu_us_per_reading: perReading(after.processorSeconds - before.processorSeconds),
    gateway_cpu_us_per_reading: perReading(after.gatewaySeconds - before.gatewaySeconds),
    readings_per_commit: Math.round(readings / (after.commits - before.commits)),
  };
}

async function throughput(): Promise<object> {
  const fleet = await startFleet(1);
  try {
    const warm = await load(fleet.gateway.httpPort, 2);
    await untilStored(fleet.database, warm * METRICS);
    const before = await countsOf(fleet);
    const sent = await load(fleet.gateway.httpPort, seconds);
    await untilStored(fleet.database, (warm + sent) * METRICS);
    const figures = figuresOf(before, await countsOf(fleet));
    console.error(`into PostgreSQL: ${figures.readings_per_second} readings/s until stored`);
    return { bench: 'Kafka into PostgreSQL', ...figures };
  } finally {
    await fleet.end();
  }
}

/** CPU time that each uses while nothing comes, once it has given back what the load left behind; ms a second. */
async function restingCpu(processors: SpawnedPlatform[]): Promise<number> {
  await sleep(SETTLE_SECONDS * 1000);
  const before = sum(processors.map(cpuSeconds));
  await sleep(REST_SECONDS * 1000);
  const used = sum(processors.map(cpuSeconds)) - before;
  return Math.round((used * 1000) / REST_SECONDS / processors.length);
}

async function cpuTime(processors: number): Promise<object> {
  const fleet = await startFleet(processors);
  try {
    const rate = values.smoke ? 8000 : Number(values['cpu-rate']);
    const warmUp = WARM_UP_READINGS * processors;
    // Without a pause between the two: after one they would compile again.
    const sending = load(fleet.gateway.httpPort, Math.ceil(warmUp / rate) + seconds, rate);
    await untilStored(fleet.database, warmUp * METRICS);
    const before = await countsOf(fleet);
    await untilStored(fleet.database, (await sending) * METRICS);
    const figures = figuresOf(before, await countsOf(fleet));
    const resting = await restingCpu(fleet.processors);
    console.error(
      `${processors} processor(s): ${figures.processor_cpu_us_per_reading} µs of CPU a reading in them, ${figures.gateway_cpu_us_per_reading} in the gateway; ${figures.readings_per_commit} readings a commit; at rest each uses ${resting} ms of CPU a second`,
    );
    const own = { processors, resting_cpu_ms_per_second: resting };
    return { bench: 'CPU of processors', ...own, ...figures };
  } finally {
    await fleet.end();
  }
}

async function latency(): Promise<object> {
  const sentAt = new Map<string, number>();
  const latencies: number[] = [];
  const receiver = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      response.end();
      const { type, data } = JSON.parse(text);
      const at = sentAt.get(data.alert.sensor_id);
      if (type === 'vigie.alert.raised' && at !== undefined) latencies.push(performance.now() - at);
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
  const fleet = await startFleet(1, { VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true' });
  try {
    const settings = { url: `http://127.0.0.1:${port}/` };
    await call(`${fleet.gateway.url}/v1/contacts`, 'POST', {
      id: 'hook',
      channel: 'webhook',
      settings,
    });
    const rate = values.smoke ? 1000 : Number(values.rate);
    const post = async (readings: unknown): Promise<void> => {
      const answer = await fetch(`${fleet.gateway.url}/v1/readings`, {
        method: 'POST',
        headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
        body: JSON.stringify(readings),
      });
      await answer.arrayBuffer();
      if (answer.status !== 202) throw new Error(`answered ${answer.status}`);
    };
    const startMs = Date.now() - 60_000;
    const batch = (number: number): unknown[] =>
      Array.from({ length: 100 }, (_, k) => {
        const n = number * 100 + k;
        return {
          sensor_id: `sensor-${n % 10_000}`,
          timestamp: new Date(startMs + Math.floor(n / 10_000) * 100).toISOString(),
          readings: { temperature: 20 + (n % 100) / 100, pressure: 1013, humidity: 45 + (n % 7) },
        };
      });
    const warmUpMs = 5000;
    const begun = performance.now();
    const pending = new Set<Promise<void>>();
    const track = (work: Promise<void>): void => {
      const tracked = work.finally(() => pending.delete(tracked));
      pending.add(tracked);
    };
    let batches = 0;
    let probes = 0;
    while (performance.now() < begun + warmUpMs + seconds * 1000) {
      const elapsed = performance.now() - begun;
      while (batches < (elapsed / 1000) * (rate / 100)) track(post(batch(batches++)));
      while (elapsed > warmUpMs && probes < (elapsed - warmUpMs) / PROBE_MS) {
        const sensorId = `probe-${probes++}`;
        sentAt.set(sensorId, performance.now());
        track(post({ sensor_id: sensorId, readings: { temperature: 40 } }));
      }
      await sleep(2);
    }
    await Promise.all(pending);
    for (let wait = 0; wait < 200 && latencies.length < probes; wait++) await sleep(50);
    const figures = {
      bench: 'reading to webhook by way of Kafka',
      readings_per_second: rate,
      probes,
      received: latencies.length,
      ...quantiles(latencies),
    };
    console.error(
      `reading to webhook at ${rate} readings/s: p50 ${figures.p50_ms} ms, p99 ${figures.p99_ms} ms, max ${figures.max_ms} ms (${figures.received}/${probes})`,
    );
    if (figures.received !== probes) process.exitCode = 1;
    return figures;
  } finally {
    await fleet.end();
    receiver.close();
    receiver.closeAllConnections();
  }
}

try {
  if (fleets.length > 0) console.log(JSON.stringify(await throughput()));
  for (const processors of fleets) console.log(JSON.stringify(await cpuTime(processors)));
  console.log(JSON.stringify(await latency()));
} finally {
  await cluster.remove();
}
