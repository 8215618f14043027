import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandHost, hostConfig, printLine } from './command-host.ts';
import { createProgress, formatCount, type Progress } from './progress.ts';

// Tested by: test/e2e/backup.test.ts

const EXAMPLES = `
Into the data folder of the settings (VIGIE_DATA_DIR), which must be empty and not in use. The backup is verified
before anything is written; where it cannot be put back, the folder stays as it was.

Examples:
  $ VIGIE_DATA_DIR=./data vigie restore /backups/vigie-2026-11-25.tar
  $ vigie restore vigie.tar --force`;

export function addRestore(program: Command, host: CommandHost): void {
  program
    .command('restore')
    .description('put a backup into the data folder')
    .argument('<file>', 'backup, as `vigie backup` writes it')
    .option('--force', 'move what is in the folder aside instead of refusing')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: { force?: boolean }) => runRestore(host, file, options));
}

async function runRestore(
  host: CommandHost,
  file: string,
  options: { force?: boolean },
): Promise<void> {
  const { backupFiles } = await import('#operations/backup/folder.ts');
  const { dataDir } = hostConfig(host);
  let shown: { step: string; progress: Progress } | undefined;
  try {
    const restored = await backupFiles.restoreFolder({
      file: resolve(host.cwd, file),
      dataDir,
      isForced: options.force === true,
      signal: host.signal,
      onProgress(step, done, total) {
        if (shown?.step !== step) {
          shown?.progress.stop();
          shown = { step, progress: createProgress(host, { label: step, total }) };
        }
        shown.progress.update(done);
      },
    });
    shown?.progress.stop();
    shown = undefined;
    const { version, createdAt, values, movedTo } = restored;
    if (movedTo !== undefined) printLine(host.err, `What was in ${dataDir} is now in ${movedTo}.`);
    printLine(
      host.err,
      `${dataDir}: as of ${createdAt} (Vigie ${version}), ${formatCount(values)} values. Start it with \`vigie serve\`.`,
    );
  } finally {
    shown?.progress.stop();
  }
}
