// A day of one series out of many millions of samples, the memory and the start over them.
//   npm run bench:history [-- --samples 50000000 --series 30000 --smoke]
// Samples are loaded through the journal as live ones are; then the platform is started over them.
// One more sensor has a year of readings, one every 10 s: the first page of a question about all of it.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openEmbeddedHistory } from '#storage/embedded/history/embedded-history.ts';
import { openEmbeddedState } from '#storage/embedded/open-state.ts';
import { encodeJournal } from '#storage/journal.ts';
import { call, spawnPlatform, temporaryFolder } from '../test/support/spawn-platform.ts';
import { quantiles, residentMb } from './platform.ts';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '50000000' },
    series: { type: 'string', default: '30000' },
    smoke: { type: 'boolean', default: false },
  },
});
const samples = values.smoke ? 500_000 : Number(values.samples);
const series = values.smoke ? 3000 : Number(values.series);
const METRICS = ['temperature', 'pressure', 'humidity'];
const DAY_MS = 86_400_000;
const rounds = Math.ceil(samples / series);
const stepMs = Math.max(1, Math.floor(DAY_MS / rounds));
const endMs = Math.floor(Date.now() / 1000) * 1000;
const startMs = endMs - rounds * stepMs;
const folder = temporaryFolder('bench-history');
const YEAR_STEP_MS = 10_000;
const yearSamples = values.smoke ? 31_536 : 3_153_600;
const yearStartMs = endMs - yearSamples * YEAR_STEP_MS;
const YEAR_SENSOR = 'a-year';
const YEAR_PAGES = [
  ...['limit=1000', 'limit=1000&order=desc', 'limit=100000', 'limit=100000&order=desc'],
  ...['interval=1m&limit=1000', 'interval=1m&limit=1000&order=desc', 'points=1000'],
];

function sensorRow(pk: number, sensorId: string) {
  const now = Date.now();
  return {
    ...{ pk, customer: 'main', sensor_id: sensorId, labels: '{}' },
    ...{ name: null, location: null, parent_id: null, calibration_date: null, update_within: null },
    ...{ registered_at: now, updated_at: now },
  };
}

/** A part of the year of one series. */
function yearColumns(from: number, count: number) {
  return {
    count,
    series: new Int32Array(count).fill(series + 1),
    timesMs: Float64Array.from(
      { length: count },
      (_, k) => yearStartMs + (from + k) * YEAR_STEP_MS,
    ),
    values: Float64Array.from({ length: count }, (_, k) => Math.sin((from + k) / 5000)),
    replacing: new Int32Array(0),
  };
}

/** Registers the sensors and puts every sample into the journal, then into the history. */
async function fill(): Promise<number> {
  const { state, commits, close } = await openEmbeddedState(folder.path);
  const sensors = Math.ceil(series / METRICS.length);
  for (let from = 0; from < sensors; from += 500) {
    const pks = Array.from({ length: Math.min(500, sensors - from) }, (_, k) => from + k + 1);
    await state.db
      .insertInto('sensors')
      .values(pks.map((pk) => sensorRow(pk, `sensor-${pk}`)))
      .execute();
    await state.db
      .insertInto('series')
      .values(
        pks.flatMap((pk) =>
          METRICS.map((metric, m) => ({
            id: (pk - 1) * METRICS.length + m + 1,
            sensor_pk: pk,
            metric,
            unit: null,
          })),
        ),
      )
      .execute();
  }
  const yearPk = sensors + 1;
  await state.db.insertInto('sensors').values(sensorRow(yearPk, YEAR_SENSOR)).execute();
  const yearSeries = { id: series + 1, sensor_pk: yearPk, metric: 'temperature', unit: null };
  await state.db.insertInto('series').values(yearSeries).execute();
  const history = await openEmbeddedHistory({
    dataDir: folder.path,
    onError: (error) => console.error(error),
  });
  const journal = new DatabaseSync(join(folder.path, 'vigie.db'), { timeout: 10_000 });
  journal.exec('PRAGMA synchronous = OFF');
  const insert = journal.prepare('INSERT INTO journal (id, received_at, samples) VALUES (?, ?, ?)');
  const begun = performance.now();
  const perEntry = Math.max(1, Math.floor(200_000 / series));
  let id = 0;
  for (let round = 0; round < rounds; round += perEntry) {
    const here = Math.min(perEntry, rounds - round);
    const count = here * series;
    const columns = {
      count,
      series: new Int32Array(count),
      timesMs: new Float64Array(count),
      values: new Float64Array(count),
      replacing: new Int32Array(0),
    };
    for (let r = 0, at = 0; r < here; r++) {
      for (let s = 1; s <= series; s++, at++) {
        columns.series[at] = s;
        columns.timesMs[at] = startMs + (round + r) * stepMs;
        columns.values[at] =
          Math.round(
            (20 + 5 * Math.sin((round + r) / 500 + s) + ((s * 7919 + r) % 100) / 100) * 100,
          ) / 100;
      }
    }
    insert.run(++id, endMs, encodeJournal(columns));
    if (id % 10 === 0) {
      await history.sync(id);
      journal.exec(`DELETE FROM journal WHERE id <= ${id}`);
      process.stderr.write(`\r${Math.round((100 * round) / rounds)} % of ${samples} samples `);
    }
  }
  await history.sync(id);
  const rate = samples / ((performance.now() - begun) / 1000);
  for (let from = 0; from < yearSamples; from += 200_000) {
    const columns = yearColumns(from, Math.min(200_000, yearSamples - from));
    insert.run(++id, endMs, encodeJournal(columns));
    await history.sync(id);
  }
  journal.close();
  await commits.trimJournal(id);
  process.stderr.write('\r');
  // The history tidies up while it is idle.
  await sleep(values.smoke ? 0 : 15_000);
  await history.close();
  await close();
  return rate;
}

/** What the first start on a machine compiles is kept for the later ones, which are what is measured. */
async function compileOnce(): Promise<void> {
  const empty = temporaryFolder('bench-history-empty');
  const first = await spawnPlatform(empty.path);
  await first.stop();
  empty.remove();
}

/** The first page of a year, and what the platform answered where it did not. */
async function yearPage(url: string, rest: string): Promise<Record<string, unknown>> {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const range = `metric=temperature&from=${iso(yearStartMs)}&to=${iso(endMs)}`;
  const taken: number[] = [];
  let failed: unknown;
  for (let k = 0; k < 15; k++) {
    const asked = performance.now();
    const path = `/v1/sensors/${YEAR_SENSOR}/readings?${range}&${rest}`;
    const { status, body } = await call(`${url}${path}`, 'GET');
    if (status !== 200) failed = body.code;
    if (k >= 5) taken.push(performance.now() - asked);
  }
  return { ...quantiles(taken), ...(failed === undefined ? {} : { failed }) };
}

const loadRate = await fill();
await compileOnce();
const begun = performance.now();
const platform = await spawnPlatform(folder.path, { VIGIE_RATE_LIMIT: '0' });
const readyMs = Math.round(performance.now() - begun);
const idleSeconds = values.smoke ? 1 : 30;
await sleep(idleSeconds * 1000);
const idleMb = residentMb(platform.process.pid);
const times: number[] = [];
const bucketTimes: number[] = [];
try {
  for (let k = 0; k < 60; k++) {
    const sensor = 1 + ((k * 7919) % Math.floor(series / METRICS.length));
    const range = `metric=temperature&from=${new Date(startMs).toISOString()}&to=${new Date(endMs).toISOString()}`;
    const asked = performance.now();
    const { status, body } = await call(
      `${platform.url}/v1/sensors/sensor-${sensor}/readings?${range}&limit=100000`,
      'GET',
    );
    if (k >= 10) times.push(performance.now() - asked);
    if (status !== 200 || (body.samples as unknown[]).length !== rounds) {
      throw new Error(
        `expected ${rounds} samples, got ${status} with ${(body.samples as unknown[])?.length}`,
      );
    }
    const bucketsAsked = performance.now();
    await call(`${platform.url}/v1/sensors/sensor-${sensor}/readings?${range}&interval=5m`, 'GET');
    if (k >= 10) bucketTimes.push(performance.now() - bucketsAsked);
  }
  const year: Record<string, Record<string, unknown>> = {};
  for (const rest of YEAR_PAGES) year[rest] = await yearPage(platform.url, rest);
  const figures = {
    bench: 'history',
    samples,
    series,
    samples_of_one_day: rounds,
    load_samples_per_second: Math.round(loadRate),
    ready_ms: readyMs,
    idle_seconds: idleSeconds,
    resident_mb_idle: idleMb,
    resident_mb_asked: residentMb(platform.process.pid),
    day_raw: quantiles(times),
    day_in_5m_buckets: quantiles(bucketTimes),
    year_samples: yearSamples,
    year_first_page: year,
  };
  console.error(
    `a day of one series out of ${samples}: raw p50 ${figures.day_raw.p50_ms} ms, in buckets p50 ${figures.day_in_5m_buckets.p50_ms} ms; ready in ${readyMs} ms; ${idleMb} MB after ${idleSeconds} s; loaded at ${figures.load_samples_per_second} samples/s`,
  );
  const pages = Object.entries(year).map(([rest, { p50_ms, max_ms, failed }]) => {
    return `${rest} p50 ${p50_ms} ms, max ${max_ms} ms${failed ? ` (${failed})` : ''}`;
  });
  console.error(`the first page of a year of ${yearSamples} samples: ${pages.join('; ')}`);
  console.log(JSON.stringify(figures));
} finally {
  await platform.stop();
  folder.remove();
}
