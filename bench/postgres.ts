// How many readings a second are made durable in PostgreSQL, without a stream before it; a private server on this machine.
//   npm run bench:postgres [-- --batches 1000,100 --seconds 8 --timescale --smoke]
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { createCluster, hasTimescale, postgresObstacle } from '../test/support/postgres.ts';
import { AUTHORIZATION, residentMb, startBench } from './platform.ts';

const { values } = parseArgs({
  options: {
    batches: { type: 'string', default: '1000,100' },
    seconds: { type: 'string', default: '8' },
    timescale: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
  },
});
if (postgresObstacle !== undefined) throw new Error(postgresObstacle);
if (values.timescale && !hasTimescale) throw new Error('the TimescaleDB extension is not built');
const batches = values.smoke ? [1000] : values.batches.split(',').map(Number);
const seconds = values.smoke ? '1' : values.seconds;
interface Figures {
  readings_per_second: number;
  samples_per_second: number;
  p50_ms: number;
  p99_ms: number;
  first_refusal?: string;
}

interface Figures {
  readings_per_second: number;
  samples_per_second: number;
  p50_ms: number;
  p99_ms: number;
  first_refusal?: string;
}

const run = promisify(execFile);
const loader = fileURLToPath(new URL('./load.ts', import.meta.url));

/** As on a machine of some size; fsync stays on. */
const SERVER = {
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  wal_compression: 'on',
  ...(values.timescale ? {} : { shared_preload_libraries: "''" }),
};
const cluster = await createCluster(SERVER);
try {
  const url = await cluster.createDatabase();
  const { platform, end } = await startBench({ VIGIE_POSTGRES_URL: url });
  try {
    const results: Record<string, unknown>[] = [];
    for (const batch of batches) {
      const { stdout } = await run(process.execPath, [
        '--max-old-space-size=6000',
        loader,
        ...['--port', String(platform.httpPort), '--auth', AUTHORIZATION],
        ...['--batch', String(batch), '--seconds', seconds],
        ...['--connections', batch >= 1000 ? '8' : '32'],
      ]);
      const figures = JSON.parse(stdout) as Figures;
      if (figures.first_refusal !== undefined) throw new Error(figures.first_refusal);
      const row = {
        batch,
        readings_per_second: figures.readings_per_second,
        samples_per_second: figures.samples_per_second,
        p50_ms: figures.p50_ms,
        p99_ms: figures.p99_ms,
        resident_mb: residentMb(platform.process.pid),
      };
      results.push(row);
      console.error(
        Object.entries(row)
          .map(([name, value]) => `${name} ${value}`)
          .join('  '),
      );
    }
    console.log(JSON.stringify({ bench: 'postgres', timescale: values.timescale, results }));
  } finally {
    await end();
  }
} finally {
  await cluster.remove();
}
