// Cost and size of fleets from a thousand to ten million sensors: unit costs are measured here, sizes follow by the model.
//   npm run bench:capacity [-- --series 1000 --smoke]
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { createCluster, hasTimescale, postgresObstacle } from '../test/support/postgres.ts';
import { type Sizes, sizesOf, type Units } from './capacity-model.ts';
import { measureEmbedded, measureKafka, measurePostgres, measureSensor } from './capacity-units.ts';
import { AUTHORIZATION, startBench } from './platform.ts';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '1000' },
    smoke: { type: 'boolean', default: false },
  },
});
if (postgresObstacle !== undefined) throw new Error(postgresObstacle);
const series = values.smoke ? 50 : Number(values.series);
const METRICS = 3;
const FLEETS = [1e3, 1e5, 1e6, 1e7];
const CADENCES = [10, 60];

/** CPU of a platform over PostgreSQL with one rule for a reading of three metrics, 1000 a request. */
async function platformMicros(url: string): Promise<number> {
  const { platform, end } = await startBench({ VIGIE_POSTGRES_URL: url });
  const cpu = (): number => {
    const stat = readFileSync(`/proc/${platform.process.pid}/stat`, 'latin1');
    const fields = stat.split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  };
  try {
    const before = cpu();
    const loader = fileURLToPath(new URL('./load.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      loader,
      ...['--port', String(platform.httpPort), '--auth', AUTHORIZATION, '--batch', '1000'],
      ...['--seconds', values.smoke ? '1' : '10', '--most-readings', '500000'],
    ]);
    const { statuses, first_refusal: refusal } = JSON.parse(stdout) as {
      statuses: Record<string, number>;
      first_refusal?: string;
    };
    if (refusal !== undefined) throw new Error(refusal);
    return (cpu() - before) / (1000 * (statuses['200'] ?? 0));
  } finally {
    await end();
  }
}

async function measure(): Promise<Units> {
  // First, in a heap that is still small.
  const sensorBytes = measureSensor(values.smoke ? 2000 : 200_000);
  const cluster = await createCluster({ shared_buffers: '1GB', max_wal_size: '4GB' });
  try {
    const plain = await measurePostgres(await cluster.createDatabase(), series, false);
    const timescale = hasTimescale
      ? await measurePostgres(await cluster.createDatabase(), series, true)
      : undefined;
    return {
      plain,
      timescale,
      embedded: { sampleBytes: await measureEmbedded(series) },
      kafkaReadingBytes: measureKafka(),
      walSampleBytes: plain.walSampleBytes,
      databaseSampleMicros: plain.databaseSampleMicros,
      commitMs: plain.commitMs,
      commitSampleMicros: plain.commitSampleMicros,
      platformReadingMicros: await platformMicros(await cluster.createDatabase()),
      sensorBytes,
    };
  } finally {
    await cluster.remove();
  }
}

function sizeText(bytes: number | undefined): string {
  if (bytes === undefined) return '-';
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes) / 3)));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[power]}`;
}

function rowOf(sensors: number, cadence: number, sizes: Sizes): string[] {
  return [
    `${sensors}`,
    `${cadence} s`,
    `${Math.round(sizes.readingsPerSecond)}`,
    `${sizes.processors}`,
    `${sizes.partitions}`,
    sizeText(sizes.processorBytes),
    sizes.databaseCores.toFixed(sizes.databaseCores < 10 ? 2 : 0),
    sizeText(sizes.bytesADay.plain),
    sizeText(sizes.bytesAYear.plain),
    sizeText(sizes.bytesAYear.timescale),
    sizeText(sizes.bytesAYear.embedded),
    sizeText(sizes.kafkaBytes),
    `${Math.round(sizes.commitP99Ms)} ms`,
    sizes.limits
      .slice(0, 2)
      .map(({ name, used }) => `${name} ${Math.round(100 * used)} %`)
      .join(', '),
  ];
}

const HEAD =
  'sensors|cadence|readings/s|processors|partitions|memory each|DB cores|plain a day|plain a year|Timescale a year|embedded a year|Kafka 7 d × 3|commit p99|nearest limits';

const units = await measure();
const fleets = FLEETS.flatMap((sensors) =>
  CADENCES.map((cadenceSeconds) => {
    const demand = { sensors, cadenceSeconds, metrics: METRICS };
    return { ...demand, ...sizesOf(units, demand) };
  }),
);
console.error(JSON.stringify(units, null, 2));
console.error(`| ${HEAD.split('|').join(' | ')} |\n|${'---|'.repeat(HEAD.split('|').length)}`);
for (const fleet of fleets) {
  console.error(`| ${rowOf(fleet.sensors, fleet.cadenceSeconds, fleet).join(' | ')} |`);
}
console.log(JSON.stringify({ bench: 'capacity', series, units, fleets }));
