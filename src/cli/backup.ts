import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Command } from 'commander';
import { VERSION } from '#config/version.ts';
import type { BackupSummary } from '#operations/backup/folder.ts';
import { problemError, reasonOf, toProblem } from './api-client.ts';
import { CommandError, unreachable } from './command-error.ts';
import { type CommandHost, hostConfig, printLine } from './command-host.ts';
import { createProgress, formatBytes, formatCount } from './progress.ts';
import { clientOf, type TargetOptions, withTarget } from './target.ts';

// Tested by: test/e2e/backup.test.ts

const MAX_BACKUP_MS = 24 * 3_600_000;
const EXAMPLES = `
A platform that runs in the data folder of the settings, or under --url, makes the backup itself (admin key); the
folder of one that is stopped is read directly. The file is read back and its checksums are compared before it gets
its name. It holds secrets: keep it safe.

Examples:
  $ vigie backup /backups/vigie-$(date +%F).tar
  $ vigie backup vigie.tar --url https://vigie.example.org --key "$KEY"`;

export function addBackup(program: Command, host: CommandHost): void {
  withTarget(
    program
      .command('backup')
      .description('write the whole platform to one file, while it runs or is stopped')
      .argument('<file>', 'file to write, a tar archive'),
  )
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: TargetOptions) => runBackup(host, file, options));
}

async function runBackup(host: CommandHost, file: string, options: TargetOptions): Promise<void> {
  const path = resolve(host.cwd, file);
  const part = `${path}.part`;
  try {
    const bytes = await write(host, part, options);
    const { values } = await verify(host, part);
    renameSync(part, path);
    printLine(host.err, `${file}: ${formatBytes(bytes)}, ${formatCount(values)} values, verified`);
  } finally {
    rmSync(part, { force: true });
  }
}

async function write(host: CommandHost, path: string, options: TargetOptions): Promise<number> {
  const source = await openSource(host, options);
  const progress = createProgress(host, { label: 'backup', total: 0, format: formatBytes });
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      progress.update(bytes);
      done(null, chunk);
    },
  });
  try {
    const file = createWriteStream(path, { mode: 0o600, flush: true });
    await pipeline(source.stream, counter, file, { signal: host.signal });
  } catch (error) {
    throw source.isRemote && !host.signal.aborted ? brokenOff(error, bytes) : error;
  } finally {
    progress.stop();
  }
  return bytes;
}

async function openSource(
  host: CommandHost,
  options: TargetOptions,
): Promise<{ stream: Readable; isRemote: boolean }> {
  const { backupFiles } = await import('#operations/backup/folder.ts');
  const { dataDir, client } = hostConfig(host);
  const isRemote =
    options.url !== undefined || client.url !== undefined || backupFiles.isFolderInUse(dataDir);
  if (!isRemote) {
    return { stream: Readable.from(backupFiles.backupFolder(dataDir, VERSION)), isRemote };
  }
  const request = { signal: host.signal, timeoutMs: MAX_BACKUP_MS };
  const response = await clientOf(host, options).open('/v1/backup', request);
  if (!response.ok || response.body === null) {
    const body = await response.json().catch(() => undefined);
    throw problemError(toProblem(response, body));
  }
  return { stream: Readable.fromWeb(response.body as ReadableStream), isRemote };
}

/** A file that cannot be written is not a platform that cannot be reached. */
function brokenOff(error: unknown, bytes: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const isOfConnection = code === undefined || /^(?:ECONN|UND_|EPIPE|ERR_STREAM)/.test(code);
  if (error instanceof CommandError || !isOfConnection) return error;
  const what = `the backup broke off after ${formatBytes(bytes)}`;
  return unreachable(`${what} (${reasonOf(error)}); see the log of the platform`, error);
}

async function verify(host: CommandHost, path: string): Promise<BackupSummary> {
  const { backupFiles } = await import('#operations/backup/folder.ts');
  const progress = createProgress(host, { label: 'verify', total: 100, format: (n) => `${n} %` });
  try {
    return await backupFiles.verifyBackup(path, {
      signal: host.signal,
      onProgress: (done, total) => progress.update(Math.floor((done / total) * 100)),
    });
  } finally {
    progress.stop();
  }
}
