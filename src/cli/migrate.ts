import { type Command, InvalidArgumentError } from 'commander';
import { type CommandHost, hostConfig, printLine } from './command-host.ts';
import { createProgress, formatCount, type Progress } from './progress.ts';

// Tested by: test/scale/move-house.test.ts

const LABELS = { readings: 'readings', compare: 'comparing', records: 'everything else' } as const;
const EXAMPLES = `
The platform in the data folder of the settings must be stopped; senders that retry lose nothing meanwhile. The target
must be an empty database. Broken off, the same command goes on where it was. Every table is read back and compared.
The folder stays as it is: start with VIGIE_POSTGRES_URL from then on, and keep it until you trust the new home.

Examples:
  $ vigie migrate --to postgres://vigie:secret@db.example.org/vigie`;

export function addMigrate(program: Command, host: CommandHost): void {
  program
    .command('migrate')
    .description('copy a stopped platform from its data folder into PostgreSQL')
    .requiredOption('--to <url>', 'database to fill', databaseUrl)
    .addHelpText('after', EXAMPLES)
    .action((options: { to: string }) => runMigrate(host, options.to));
}

function databaseUrl(text: string): string {
  if (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It must be postgres://user:password@host/database.');
}

async function runMigrate(host: CommandHost, url: string): Promise<void> {
  const { moveFolder } = await import('#operations/move/house.ts');
  const { dataDir } = hostConfig(host);
  let shown: { step: string; progress: Progress } | undefined;
  try {
    const { values, tables } = await moveFolder({
      dataDir,
      url,
      signal: host.signal,
      onProgress(step, done, total) {
        if (shown?.step !== step) {
          shown?.progress.stop();
          shown = { step, progress: createProgress(host, { label: LABELS[step], total }) };
        }
        shown.progress.update(done);
      },
    });
    shown?.progress.stop();
    shown = undefined;
    printLine(host.out, `${formatCount(values).padStart(15)}  values, compared`);
    for (const { table, rows } of tables) {
      printLine(host.out, `${formatCount(rows).padStart(15)}  ${table}, compared`);
    }
    printLine(host.err, 'Moved. Start it with VIGIE_POSTGRES_URL set to the same database.');
  } finally {
    shown?.progress.stop();
  }
}
