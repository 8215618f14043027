import { readFileSync } from 'node:fs';
import {
  ADMIN_KEY,
  call,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '../test/support/spawn-platform.ts';

/** One `above` rule that covers every sensor, as all figures are measured with. */
export const HOT_RULE = { id: 'hot', when: { metric: 'temperature', above: [{ limit: 35 }] } };
export const AUTHORIZATION = `Bearer ${ADMIN_KEY}`;

/** A platform in a folder of its own, with the rule; `end` stops it and removes the folder. */
export async function startBench(
  env: Readonly<Record<string, string>> = {},
): Promise<{ platform: SpawnedPlatform; folder: string; end(): Promise<void> }> {
  const folder = temporaryFolder('bench');
  const platform = await spawnPlatform(folder.path, { VIGIE_RATE_LIMIT: '0', ...env });
  const made = await call(`${platform.url}/v1/rules`, 'POST', HOT_RULE);
  if (made.status !== 201) throw new Error(`the rule was refused: ${JSON.stringify(made.body)}`);
  return {
    platform,
    folder: folder.path,
    async end() {
      await platform.stop();
      folder.remove();
    },
  };
}

/** Resident memory of a process in MB. */
export function residentMb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** CPU time that a process has used, in seconds, of all its threads. */
export function cpuSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime, in hundredths (USER_HZ).
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function quantiles(values: number[]): { p50_ms: number; p99_ms: number; max_ms: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): number =>
    Math.round((sorted[Math.floor((sorted.length - 1) * q)] ?? 0) * 100) / 100;
  return { p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
}
