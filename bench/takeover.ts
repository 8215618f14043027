// How soon readings are taken again when a partition gets a new owner: from opening it until its first reading is durable.
//   npm run bench:takeover [-- --sensors 1000000 --metrics 3 --smoke]
// The fleet lies in PostgreSQL with series, remembered states and a rule over all of it. Each line is a fresh process that takes
// over: one of twelve partitions, all twelve, the only one. Kafka is not there: the group gives partitions away after 10 s of its own.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { partitionOf, recordKey } from '#domain/partition-hash.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { formatTime, systemClock } from '#domain/time.ts';
import { parseJson } from '#services/gateway/formats/json.ts';
import { ShardHost } from '#services/processor/shards/shard-host.ts';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { keepHashes, sensorPages } from '#storage/state/fleet-rows.ts';
import { Bus } from '#stream/bus.ts';
import type { Partition } from '#stream/reading-source.ts';
import { createCluster } from '../test/support/postgres.ts';
import { HOT_RULE } from './platform.ts';

const { values } = parseArgs({
  options: {
    sensors: { type: 'string', default: '1000000' },
    metrics: { type: 'string', default: '3' },
    smoke: { type: 'boolean', default: false },
    /** Of the process that takes over: the database, and what to take. */
    url: { type: 'string' },
    partitions: { type: 'string', default: '12' },
    take: { type: 'string', default: '12' },
  },
});
const sensors = values.smoke ? 20_000 : Number(values.sensors);
const metrics = Number(values.metrics);
const METRICS = ['temperature', 'pressure', 'humidity', 'battery'];
const log = pino({ level: 'error' }, process.stderr);
const sensorId = (number: number): string => `sensor-${number}`;

function open(url: string): Promise<PostgresStorage> {
  return openPostgres({ url, log, now: Date.now, owner: `bench/${process.pid}` });
}

/** A fleet as it is after some time of work: everything remembered, nothing to replay. */
async function makeFleet(url: string): Promise<void> {
  const storage = await open(url);
  const { pool, state } = storage;
  const now = Date.now();
  const rule = {
    ...HOT_RULE,
    enabled: true,
    revision: 1,
    created_at: formatTime(now),
    updated_at: formatTime(now),
  };
  await pool.query(
    `INSERT INTO documents (customer, kind, id, revision, body, created_at, updated_at)
     VALUES ('main', 'rule', 'hot', 1, $1, $2, $2)`,
    [JSON.stringify(rule), now],
  );
  const portion = 100_000;
  for (let from = 1; from <= sensors; from += portion) {
    const through = Math.min(from + portion - 1, sensors);
    await pool.query(
      `INSERT INTO sensors (pk, customer, sensor_id, labels, registered_at, updated_at)
       SELECT n, 'main', 'sensor-' || n, '{"site":"lyon"}', $3, $3 FROM generate_series($1::int, $2::int) AS n`,
      [from, through, now],
    );
    await pool.query(
      `INSERT INTO series (id, sensor_pk, metric)
       SELECT (n - 1) * $4::int + m, n, ($3::text[])[m]
       FROM generate_series($1::int, $2::int) AS n, generate_series(1, $4::int) AS m`,
      [from, through, METRICS, metrics],
    );
    const cadence = {
      readings: 99,
      timeMs: now,
      receivedMs: now,
      stepMs: 10_000,
      run: 0,
      arrivals: 3,
      pauseMs: 0,
      pauses: 0,
      activeMs: 0,
    };
    await pool.query(
      `INSERT INTO sensor_states (sensor_pk, as_of, state)
       SELECT n, 0, json_build_object('r', $3::float8, 's', $3::float8, 'k', 0, 'c', $4::json, 'v',
         (SELECT json_object_agg((n - 1) * $5::int + m, json_build_array($3::float8, 20.5)) FROM generate_series(1, $5::int) AS m),
         'a', '{}'::json)::text
       FROM generate_series($1::int, $2::int) AS n`,
      [from, through, now, JSON.stringify(cadence), metrics],
    );
  }
  await pool.query(`SELECT setval('sensor_pks', $1), setval('series_ids', $2)`, [
    sensors + 1,
    sensors * metrics + 1,
  ]);
  await pool.query('VACUUM ANALYZE');
  for await (const rows of sensorPages(state.db)) await keepHashes(state.db, rows);
  await pool.query('VACUUM ANALYZE sensors');
  await storage.close();
}

function partitionsOf(count: number): Partition[] {
  return Array.from({ length: count }, (_, number) => ({
    number,
    count,
    holds: (customer, id) => partitionOf(Buffer.from(recordKey(customer, id)), count) === number,
  }));
}

/** Any sensor of the fleet whose readings lie in the partition. */
function someSensor({ holds }: Partition): string {
  for (let n = 1; n <= sensors; n++) if (holds('main', sensorId(n))) return sensorId(n);
  throw new Error('no sensor lies in the partition');
}

/** Opens a partition as its new owner and hands it a reading. */
async function takeOver(host: ShardHost, partition: Partition): Promise<void> {
  const intake = await host.open(partition, (error) => {
    throw error;
  });
  const receivedMs = Date.now();
  intake.seenThrough(receivedMs);
  const reading = { sensor_id: someSensor(partition), readings: { temperature: 21 } };
  const bytes = Buffer.from(JSON.stringify([reading]));
  const parsed = parseJson(bytes, { limits: DEFAULT_LIMITS, receivedMs });
  await intake.publish({
    customer: 'main',
    source: 'http',
    receivedMs,
    bytes: bytes.length,
    parsed,
    offset: intake.nextOffset,
  });
}

/** In MB, from the kernel: now and at the most. */
function memory(): { resident_mb: number; most_resident_mb: number } {
  const status = readFileSync('/proc/self/status', 'utf8');
  const of = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { resident_mb: of('VmRSS'), most_resident_mb: of('VmHWM') };
}

/** The new owner: prints its figures. */
async function own(url: string, count: number, take: number): Promise<void> {
  const storage = await open(url);
  const { state, history } = storage;
  const processors: { fleet: { sensorCount: number } }[] = [];
  const host = new ShardHost({
    common: {
      state,
      history,
      bus: new Bus(),
      log,
      limits: DEFAULT_LIMITS,
      customers: ['main'],
      autoRegister: true,
      lateAfterMs: 600_000,
      queueBytes: 64_000_000,
    },
    clock: systemClock,
    store: (number) => storage.shard(number, 'take'),
    onStarted: (processor) => {
      processors.push(processor);
      return () => undefined;
    },
  });
  const begun = performance.now();
  const seconds: number[] = [];
  await Promise.all(
    partitionsOf(count)
      .slice(0, take)
      .map(async (partition) => {
        await takeOver(host, partition);
        seconds.push(Math.round(performance.now() - begun) / 1000);
      }),
  );
  const loaded = processors.reduce((sum, { fleet }) => sum + fleet.sensorCount, 0);
  console.log(
    JSON.stringify({
      bench: 'takeover',
      sensors,
      partitions: count,
      taken: take,
      loaded,
      first_reading_s: Math.min(...seconds),
      all_first_readings_s: Math.max(...seconds),
      ...memory(),
    }),
  );
  // As a crash would: writing down what is remembered is not measured.
  process.exit(0);
}

async function spawnOwner(url: string, partitions: number, take: number): Promise<void> {
  const options = { url, partitions, take, sensors, metrics };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`the new owner ended with ${code}`);
}

if (values.url !== undefined) await own(values.url, Number(values.partitions), Number(values.take));
else {
  const cluster = await createCluster({ max_wal_size: "'4GB'" });
  try {
    const url = await cluster.createDatabase();
    await makeFleet(url);
    await spawnOwner(url, 12, 1);
    await spawnOwner(url, 12, 12);
    await spawnOwner(url, 1, 1);
  } finally {
    await cluster.remove();
  }
}
