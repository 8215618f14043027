import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { type ApiClient, problemError, reasonOf, toProblem } from './api-client.ts';
import { CommandError, unreachable, usageError } from './command-error.ts';
import { type CommandHost, printLine } from './command-host.ts';
import { names, timeText } from './options.ts';
import { createProgress, formatBytes } from './progress.ts';
import { clientOf, type TargetOptions, withTarget } from './target.ts';

// Tested by: cli/program.test.ts

const FORMATS = ['csv', 'json', 'parquet'] as const;

interface ExportOptions extends TargetOptions {
  format?: (typeof FORMATS)[number];
  config?: boolean;
  out: string;
  sensors?: string[];
  metric?: string;
  from?: string;
  to?: string;
}

const EXAMPLES = `
Examples:
  $ vigie export --out readings.csv
  $ vigie export --format parquet --out november.parquet --from 2026-11-01 --to 2026-12-01
  $ vigie export --format csv --out - --sensors freezer-3 | head
  $ vigie export --config -o alarms.yaml`;

export function addExport(program: Command, host: CommandHost): void {
  withTarget(
    program.command('export').description('write stored readings, or the configuration, to a file'),
  )
    .requiredOption('-o, --out <file>', 'file to write; - is standard output')
    .addOption(
      new Option(
        '--format <format>',
        'format (else by the ending of the file; csv on standard output)',
      ).choices(FORMATS),
    )
    .addOption(
      new Option(
        '--config',
        'write templates, contacts, on-call, policies, rules, windows and sensors as YAML for apply',
      ).conflicts(['format', 'sensors', 'metric', 'from', 'to']),
    )
    .option('--sensors <ids>', 'only these sensors (* and ?), by comma', names)
    .option('--metric <name>', 'only this metric')
    .option('--from <time>', 'readings from this time on (a date, or a time with offset)', timeText)
    .option('--to <time>', 'readings before this time', timeText)
    .addHelpText('after', EXAMPLES)
    .action(async (options: ExportOptions) => {
      if (!options.config) return runExport(host, options);
      const { exportConfig } = await import('./as-code/export-config.ts');
      return exportConfig(host, options);
    });
}

async function runExport(host: CommandHost, options: ExportOptions): Promise<void> {
  const response = await openExport(clientOf(host, options), { options, host });
  if (!response.ok || response.body === null) {
    const body = await response.json().catch(() => undefined);
    throw problemError(toProblem(response, body));
  }
  const progress = createProgress(host, {
    label: 'export',
    total: Number(response.headers.get('content-length') ?? 0),
    format: formatBytes,
  });
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      progress.update(bytes);
      done(null, chunk);
    },
  });
  const source = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream);
  try {
    if (options.out === '-') {
      for await (const chunk of source.pipe(counter)) host.out.write(chunk as string);
    } else {
      await writeFile(resolve(host.cwd, options.out), (file) =>
        pipeline(source, counter, file, { signal: host.signal }),
      );
    }
  } catch (error) {
    if (error instanceof CommandError || host.signal.aborted) throw error;
    const { code } = error as NodeJS.ErrnoException;
    // A file that cannot be written is not a platform that cannot be reached.
    if (code !== undefined && !/^(?:ECONN|UND_|EPIPE|ERR_STREAM)/.test(code)) throw error;
    throw unreachable(
      `the export broke off after ${formatBytes(bytes)} (${reasonOf(error)})`,
      error,
    );
  } finally {
    progress.stop();
  }
  if (options.out !== '-') printLine(host.err, `${options.out}: ${formatBytes(bytes)}`);
}

function openExport(
  client: ApiClient,
  { options, host }: { options: ExportOptions; host: CommandHost },
): Promise<Response> {
  const query = new URLSearchParams({ format: options.format ?? formatOf(options.out) });
  if (options.sensors) query.set('sensor_id', options.sensors.join(','));
  if (options.metric) query.set('metric', options.metric);
  if (options.from) query.set('from', options.from);
  if (options.to) query.set('to', options.to);
  if (options.from && options.to && Date.parse(options.from) >= Date.parse(options.to)) {
    throw usageError('--from must lie before --to');
  }
  // The whole of a large history may take long; only a stop by the person ends it.
  return client.open(`/v1/export?${query}`, { signal: host.signal, timeoutMs: 24 * 3_600_000 });
}

/** By the ending of the file; CSV on standard output. Throws a usage error where the ending says nothing. */
function formatOf(out: string): (typeof FORMATS)[number] {
  if (out === '-') return 'csv';
  const found = FORMATS.find((format) => out.toLowerCase().endsWith(`.${format}`));
  if (found !== undefined) return found;
  throw usageError(
    `the ending of ${out} names no format: end it in .csv, .json or .parquet, or give --format`,
  );
}

/** Writes beside the target and renames at the end, so that a broken export leaves no half file. */
async function writeFile(
  path: string,
  write: (file: NodeJS.WritableStream) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`;
  try {
    await write(createWriteStream(part));
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
