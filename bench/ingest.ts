// How many readings a second are made durable, beside the peers that are installed.
//   npm run bench:ingest [-- --batches 1000,100,10,1 --seconds 8 --rounds 1 --smoke]
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startPeers } from './peers.ts';
import { AUTHORIZATION, residentMb, startBench } from './platform.ts';

const { values } = parseArgs({
  options: {
    batches: { type: 'string', default: '1000,100,10,1' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '1' },
    smoke: { type: 'boolean', default: false },
    'no-peers': { type: 'boolean', default: false },
  },
});
const batches = values.smoke ? [100] : values.batches.split(',').map(Number);
const seconds = values.smoke ? '1' : values.seconds;
const rounds = Number(values.rounds);

interface Figures {
  readings_per_second: number;
  p50_ms: number;
  p99_ms: number;
  statuses: Record<string, number>;
  first_refusal?: string;
}

const run = promisify(execFile);
const loader = fileURLToPath(new URL('./load.ts', import.meta.url));

async function load(options: Record<string, string>): Promise<Figures> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const { stdout } = await run(process.execPath, ['--max-old-space-size=6000', loader, ...args]);
  return JSON.parse(stdout) as Figures;
}

const { platform, folder, end } = await startBench();
const peers = values['no-peers'] || values.smoke ? [] : await startPeers(`${folder}-peers`);
const results: Record<string, unknown>[] = [];
try {
  for (let round = 0; round < rounds; round++) {
    for (const batch of batches) {
      const connections = String(batch >= 1000 ? 8 : 32);
      const common = { batch: String(batch), connections, seconds };
      const own = await load({
        ...common,
        port: String(platform.httpPort),
        auth: AUTHORIZATION,
      });
      if (own.first_refusal !== undefined) throw new Error(own.first_refusal);
      const row: Record<string, unknown> = {
        batch,
        vigie: own.readings_per_second,
        p50_ms: own.p50_ms,
        p99_ms: own.p99_ms,
        resident_mb: residentMb(platform.process.pid),
      };
      for (const peer of peers) {
        const figures = await load({
          ...common,
          port: String(peer.port),
          path: peer.path,
          protocol: 'influx',
        });
        row[peer.name] = figures.readings_per_second;
        row[`ratio_${peer.name}`] =
          Math.round((own.readings_per_second / figures.readings_per_second) * 100) / 100;
      }
      results.push(row);
      console.error(
        Object.entries(row)
          .map(([name, value]) => `${name} ${value}`)
          .join('  '),
      );
    }
  }
  console.log(JSON.stringify({ bench: 'ingest', seconds: Number(seconds), results }));
} finally {
  for (const peer of peers) peer.stop();
  await end();
  rmSync(`${folder}-peers`, { recursive: true, force: true });
}
