// What a sample, a reading and a sensor cost here, measured one after the other.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DEFAULT_LIMITS, type MetricShape } from '#domain/reading.ts';
import type { Rule } from '#domain/rule.ts';
import { parseJson } from '#services/gateway/formats/json.ts';
import { Fleet } from '#services/processor/fleet.ts';
import { RuleBook } from '#services/processor/rule-book.ts';
import { openEmbeddedHistory } from '#storage/embedded/history/embedded-history.ts';
import { openEmbeddedState } from '#storage/embedded/open-state.ts';
import { encodeJournal } from '#storage/journal.ts';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { rollPending } from '#storage/postgres/rollups.ts';
import type { SampleColumns } from '#storage/sample-columns.ts';
import { RecordBatchBuilder } from '#stream/kafka/record-batch.ts';
import { RecordWriter } from '#stream/kafka/record-writer.ts';
import { emptyUnit } from '../test/support/commit-units.ts';
import { temporaryFolder } from '../test/support/spawn-platform.ts';
import type { Units } from './capacity-model.ts';
import { HOT_RULE } from './platform.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const METRICS = ['temperature', 'pressure', 'humidity'];
const ROUNDS_A_COMMIT = 20;
const log = { warn: () => undefined };

/** Yesterday, a sample a minute of each series: slow waves with noise, two decimals. */
function* dayOf(series: number): Generator<SampleColumns> {
  const startMs = Math.floor(Date.now() / DAY_MS - 1) * DAY_MS;
  const rounds = 1440;
  for (let from = 0; from < rounds; from += ROUNDS_A_COMMIT) {
    const count = ROUNDS_A_COMMIT * series;
    const columns: SampleColumns = {
      count,
      series: new Int32Array(count),
      timesMs: new Float64Array(count),
      values: new Float64Array(count),
      replacing: new Int32Array(0),
    };
    for (let at = 0; at < count; at++) {
      const round = from + Math.floor(at / series);
      const s = at % series;
      columns.series[at] = s + 1;
      columns.timesMs[at] = startMs + round * MINUTE_MS + ((s * 7919) % 60_000);
      const noise = ((s * 7919 + round * 104_729) % 100) / 100;
      columns.values[at] = Math.round((20 + 5 * Math.sin(round / 500 + s) + noise) * 100) / 100;
    }
    yield columns;
  }
}

/** CPU of a process and of those that it started, in µs. */
function cpuMicros(pid: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]!.split(' ');
      // proc(5): state, ppid, …; utime and stime are the 14th and 15th, in hundredths of a second.
      if (Number(name) === pid || Number(fields[1]) === pid) {
        ticks += Number(fields[11]) + Number(fields[12]);
      }
    } catch {
      // Ended meanwhile.
    }
  }
  return ticks * 10_000;
}

async function numberOf(storage: PostgresStorage, sql: string): Promise<number> {
  const { rows } = await storage.pool.query<{ n: number }>(
    `SELECT (${sql})::double precision AS n`,
  );
  return rows[0]!.n;
}

type Written = Pick<
  Units,
  'walSampleBytes' | 'databaseSampleMicros' | 'commitMs' | 'commitSampleMicros'
> & {
  freshSampleBytes: number;
  sampleBytes: number;
  freshRollupRowBytes: number;
  rollupRowBytes: number;
};

/** A day into an empty database, then rolled up; with the extension compressed, too. */
export async function measurePostgres(
  url: string,
  series: number,
  useExtension: boolean,
): Promise<Written> {
  const storage = await openPostgres({ url, log, now: Date.now, owner: 'bench', useExtension });
  const shard = storage.shard(0, 'wait');
  try {
    const small: number[] = [];
    const single = { series: Int32Array.of(1), values: Float64Array.of(1), count: 1 };
    for (let k = 0; k < 100; k++) {
      const timesMs = Float64Array.of(Date.now() + k);
      const unit = emptyUnit(k + 1, { ...single, timesMs, replacing: new Int32Array(0) });
      const begun = performance.now();
      await shard.commit(unit, 0);
      small.push(performance.now() - begun);
    }
    small.sort((a, b) => a - b);
    const server = Number(
      /^PPid:\s+(\d+)/m.exec(
        readFileSync(`/proc/${await numberOf(storage, 'pg_backend_pid()')}/status`, 'utf8'),
      )?.[1],
    );
    const logBefore = await numberOf(storage, "pg_current_wal_lsn() - '0/0'::pg_lsn");
    const cpuBefore = cpuMicros(server);
    let samples = 0;
    let commits = 0;
    let commitMs = 0;
    for (const columns of dayOf(series)) {
      const begun = performance.now();
      await shard.commit(emptyUnit(100 + ++commits, columns), 0);
      commitMs += performance.now() - begun;
      samples += columns.count;
    }
    const cpu = cpuMicros(server) - cpuBefore;
    const logBytes = (await numberOf(storage, "pg_current_wal_lsn() - '0/0'::pg_lsn")) - logBefore;
    const client = await storage.pool.connect();
    try {
      const { signal } = new AbortController();
      await rollPending(client, {
        capabilities: storage.capabilities,
        nowMs: Date.now() + DAY_MS,
        signal,
      });
    } finally {
      client.release();
    }
    const sizeOf = (table: string) =>
      useExtension
        ? `hypertable_size('${table}')`
        : `SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = '${table}'::regclass`;
    const rollup = useExtension
      ? sizeOf('samples_1m')
      : "SELECT pg_total_relation_size('samples_1m')";
    const fresh = await numberOf(storage, sizeOf('samples'));
    const freshRollup = await numberOf(storage, rollup);
    if (useExtension) {
      for (const table of ['samples', 'samples_1m']) {
        await storage.pool.query(
          `SELECT compress_chunk(chunk) FROM show_chunks('${table}') AS chunk`,
        );
      }
    }
    const rollupRows = await numberOf(storage, 'SELECT count(*) FROM samples_1m');
    const medianMs = small[50]!;
    return {
      freshSampleBytes: fresh / samples,
      sampleBytes: (await numberOf(storage, sizeOf('samples'))) / samples,
      freshRollupRowBytes: freshRollup / rollupRows,
      rollupRowBytes: (await numberOf(storage, rollup)) / rollupRows,
      walSampleBytes: logBytes / samples,
      databaseSampleMicros: cpu / samples,
      commitMs: medianMs,
      commitSampleMicros: (Math.max(0, commitMs - commits * medianMs) * 1000) / samples,
    };
  } finally {
    await shard.close();
    await storage.close();
  }
}

/** The same day into the embedded history; bytes on disk a sample. */
export async function measureEmbedded(series: number): Promise<number> {
  const folder = temporaryFolder('capacity');
  const { commits, close } = await openEmbeddedState(folder.path);
  const history = await openEmbeddedHistory({
    dataDir: folder.path,
    onError: (error) => console.error(error),
  });
  const journal = new DatabaseSync(join(folder.path, 'vigie.db'), { timeout: 10_000 });
  const insert = journal.prepare('INSERT INTO journal (id, received_at, samples) VALUES (?, ?, ?)');
  let id = 0;
  let samples = 0;
  try {
    for (const columns of dayOf(series)) {
      insert.run(++id, Date.now(), encodeJournal(columns));
      samples += columns.count;
      if (id % 10 === 0) await history.sync(id);
    }
    await history.sync(id);
    await commits.trimJournal(id);
  } finally {
    journal.close();
    await history.close();
    await close();
  }
  const { size } = statSync(join(folder.path, 'history.duckdb'));
  folder.remove();
  return size / samples;
}

/** Bytes of a reading of three metrics on the topic, in batches as a busy gateway makes them. */
export function measureKafka(): number {
  const batchReadings = 500;
  const readings = Array.from({ length: batchReadings }, (_, k) => ({
    sensor_id: `sensor-${k * 17}`,
    timestamp: new Date(Date.now() - k * 37).toISOString(),
    readings: {
      temperature: Math.round((20 + 5 * Math.sin(k) + ((k * 7919) % 100) / 100) * 100) / 100,
      pressure: Math.round((1013 + ((k * 104_729) % 200) / 100) * 100) / 100,
      humidity: Math.round((45 + ((k * 1_299_709) % 500) / 100) * 100) / 100,
    },
    metadata: { location: `plant-${k % 10}` },
  }));
  const bytes = Buffer.from(JSON.stringify(readings));
  const receivedMs = Date.now();
  const parsed = parseJson(bytes, { limits: DEFAULT_LIMITS, receivedMs });
  const batch = new RecordBatchBuilder(receivedMs);
  new RecordWriter(1).readings(
    { customer: 'main', source: 'http', receivedMs, bytes: bytes.length, parsed },
    ({ key, value, headers }) => batch.append(key, value, headers),
  );
  return batch.finish({ id: 1n, epoch: 0 }, 0, 'lz4').length / batchReadings;
}

/** Memory of a processor for each sensor of three series that one rule covers, after a first reading. */
export function measureSensor(sensors: number): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const now = new Date().toISOString();
  const rule = {
    ...HOT_RULE,
    enabled: true,
    revision: 1,
    created_at: now,
    updated_at: now,
  } as unknown as Rule;
  const fleet = new Fleet();
  fleet.setBook('main', new RuleBook([rule], (_, error) => console.error(error)));
  const shape: MetricShape = METRICS;
  for (let k = 0; k < sensors; k++) {
    const sensor = fleet.register('main', `sensor-${k}`, {
      registeredMs: Date.now(),
      labels: { location: `plant-${k % 10}` },
    });
    for (const metric of METRICS) fleet.addSeries(sensor, metric, 'Cel').setLast(Date.now(), 20.5);
    sensor.seriesOf(shape);
  }
  const bytes = (used() - before) / sensors;
  if (fleet.sensorCount !== sensors) throw new Error('sensors are missing');
  return bytes;
}
