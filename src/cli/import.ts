import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isSensorId } from '#domain/reading.ts';
import { durationMs, parseDuration } from '#domain/time.ts';
import { CommandError, usageError } from './command-error.ts';
import { type CommandHost, printLine } from './command-host.ts';
import { parseCellTime } from './import/cell-time.ts';
import { type ColumnPlan, planColumns } from './import/columns.ts';
import { type CsvSample, readCsv, sampleCsv } from './import/csv-source.ts';
import { RejectedFile } from './import/rejected-file.ts';
import { RowReader, type SourcedReading } from './import/rows-to-readings.ts';
import { Uploader } from './import/uploader.ts';
import { addImportConfig } from './import-config.ts';
import { names, wholeNumber } from './options.ts';
import { createProgress, formatBytes, formatCount, type Progress } from './progress.ts';
import { clientOf, type TargetOptions, targetOf, withTarget } from './target.ts';

// Tested by: cli/import/import.test.ts

interface ImportOptions extends TargetOptions {
  timeColumn?: string;
  timeZone?: string;
  dateOrder?: 'dmy' | 'mdy';
  sensor?: string;
  sensorColumn?: string;
  metrics?: string[];
  delimiter: string;
  decimalComma: boolean;
  encoding: string;
  batch: number;
  retryFor: string;
  rejected?: string;
  dryRun?: boolean;
}

const EXAMPLES = `
Two layouts are told apart by their header:
  wide  timestamp,temperature,humidity            (--sensor, or a column sensor_id)
  long  sensor_id,metric,timestamp,value

Examples:
  $ vigie import greenhouse.csv --sensor greenhouse-1 --time-zone Europe/Paris
  $ vigie import mesures.csv --decimal-comma --date-order dmy --time-zone Europe/Paris --dry-run
  $ vigie import export.csv
  $ vigie import prometheus rules.yml alertmanager.yml --out alarms.yaml

Running it again is safe: what is stored already is counted as a duplicate. Readings older than ten
minutes move rules but page nobody. Refused rows are written to a file, with the reason of each.`;

export function addImport(program: Command, host: CommandHost): void {
  const command = program
    .command('import <file>')
    .description('send the readings of a CSV file, or take over what another program alerts on')
    // What stands after the name of a program is its own.
    .enablePositionalOptions();
  withTarget(command)
    .option('--sensor <id>', 'the sensor of all rows')
    .option('--sensor-column <name>', 'column of the sensor (else sensor_id, sensor, device…)')
    .option('--time-column <name>', 'column of the time (else timestamp, time, date…)')
    .option('--time-zone <zone>', 'zone of times without offset, such as Europe/Paris', timeZone)
    .addOption(
      new Option('--date-order <order>', 'order of dates such as 03/04/2026').choices([
        'dmy',
        'mdy',
      ]),
    )
    .option('--metrics <names>', 'only these columns of a wide file, by comma', names)
    .option('--delimiter <char>', 'auto, tab, or a character', delimiter, 'auto')
    .option('--decimal-comma', 'numbers are written 12,5', false)
    .option('--encoding <name>', 'such as utf-8, windows-1252, utf-16le', encoding, 'utf-8')
    .option('--batch <n>', 'readings a request', wholeNumber(1), 5000)
    .option(
      '--retry-for <duration>',
      'how long to try again when there is no answer',
      duration,
      '5m',
    )
    .option('--rejected <file>', 'file for refused rows (else <file>.rejected.csv)')
    .option('--dry-run', 'read and check everything, send nothing')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: ImportOptions) => runImport(host, file, options));
  addImportConfig(command, host);
}

function timeZone(zone: string): string {
  try {
    Temporal.Now.instant().toZonedDateTimeISO(zone);
    return zone;
  } catch {
    throw new InvalidArgumentError('It must be an IANA time zone, such as Europe/Paris.');
  }
}

function delimiter(text: string): string {
  if (text === 'tab') return '\t';
  if (text !== 'auto' && text.length !== 1) {
    throw new InvalidArgumentError('It must be auto, tab, or one character.');
  }
  return text;
}

function encoding(name: string): string {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    throw new InvalidArgumentError('It must be the name of an encoding, such as windows-1252.');
  }
}

function duration(text: string): string {
  if (parseDuration(text) === undefined) {
    throw new InvalidArgumentError('It must be a duration, such as 30s or 5m.');
  }
  return text;
}

async function runImport(host: CommandHost, file: string, options: ImportOptions): Promise<void> {
  const path = resolve(host.cwd, file);
  if (options.sensor !== undefined && !isSensorId(options.sensor)) {
    throw usageError(`'${options.sensor}' is not allowed as a sensor_id`);
  }
  const sample = sampleCsv(path, {
    encoding: options.encoding,
    ...(options.delimiter === 'auto' ? {} : { delimiter: options.delimiter }),
  });
  const plan = planColumns(sample.header, sample.rows, options);
  checkFirstTime(sample, plan, options);
  describePlan(host, plan, sample);
  const { config } = targetOf(host, options);
  const reader = new RowReader(plan, {
    timeZone: options.timeZone,
    dateOrder: options.dateOrder,
    decimalComma: options.decimalComma,
    metricsPerReading: config.limits.metricsPerReading,
  });
  const rejectedPath = resolve(host.cwd, options.rejected ?? `${file}.rejected.csv`);
  const rejected = new RejectedFile(rejectedPath, {
    header: sample.header,
    delimiter: sample.format.delimiter,
  });
  const progress = createProgress(host, {
    label: options.dryRun ? 'check' : 'import',
    total: sample.sizeBytes,
    format: formatBytes,
  });
  const uploader = new Uploader(clientOf(host, options), {
    signal: host.signal,
    retryForMs: durationMs(options.retryFor),
    onRefused: (refused) => rejected.add(refused),
    onRetry: (reason, delayMs) =>
      progress.line(`${reason}; again in ${(delayMs / 1000).toFixed(1)} s`),
  });
  const send = options.dryRun ? async () => {} : (batch: SourcedReading[]) => uploader.send(batch);
  let totals: Totals;
  try {
    totals = await pump({ sample, reader, rejected, progress, send, options, host });
  } finally {
    progress.stop();
    rejected.close();
  }
  printSummary(host, { totals, uploader, rejected, empty: reader.empty, options });
  if (rejected.count > 0) {
    throw new CommandError({
      code: 'rows_refused',
      message: `${formatCount(rejected.count)} rows were refused; they are in ${rejected.path}`,
    });
  }
}

/** A zone or an order that is missing would refuse every row: say so before the first is sent. */
function checkFirstTime(sample: CsvSample, plan: ColumnPlan, options: ImportOptions): void {
  const format = { timeZone: options.timeZone, dateOrder: options.dateOrder };
  const times = sample.rows.map((row) => parseCellTime(row[plan.time] ?? '', format));
  const [first] = times;
  if (first !== undefined && !first.ok && times.every((time) => !time.ok)) {
    throw usageError(first.detail);
  }
}

function describePlan(host: CommandHost, plan: ColumnPlan, sample: CsvSample): void {
  const name = (column: number) => sample.header[column] ?? '';
  const sensor = typeof plan.sensor === 'string' ? plan.sensor : `column ${name(plan.sensor)}`;
  const what =
    plan.shape === 'long'
      ? `metric: column ${name(plan.metric)}, value: column ${name(plan.value)}`
      : `metrics: ${plan.metrics.map((one) => one.metric).join(', ')}`;
  printLine(
    host.err,
    `${plan.shape} file, time: column ${name(plan.time)}, sensor: ${sensor}, ${what}`,
  );
  if (plan.skipped.length > 0) {
    printLine(host.err, `not imported: ${plan.skipped.join(', ')}`);
  }
}

interface Totals {
  rows: number;
  readings: number;
  values: number;
}

/** Reads ahead by one batch while the one before is under way. */
async function pump(work: {
  sample: CsvSample;
  reader: RowReader;
  rejected: RejectedFile;
  progress: Progress;
  send: (batch: SourcedReading[]) => Promise<void>;
  options: ImportOptions;
  host: CommandHost;
}): Promise<Totals> {
  const { reader, rejected, progress } = work;
  const totals: Totals = { rows: 0, readings: 0, values: 0 };
  let ready: SourcedReading[] = [];
  let underWay = Promise.resolve();
  const flush = async () => {
    await underWay;
    work.host.signal.throwIfAborted();
    const batch = ready;
    ready = [];
    totals.readings += batch.length;
    for (const { reading } of batch) totals.values += Object.keys(reading.readings).length;
    underWay = work.send(batch);
    // Its failure is met at the next await; until then it must not count as unhandled.
    underWay.catch(() => {});
  };
  const onBytes = (bytes: number) => progress.update(bytes, `${formatCount(totals.rows)} rows`);
  for await (const row of readCsv(work.sample.format, onBytes)) {
    totals.rows++;
    const refused = reader.take(row, ready);
    if (refused !== undefined) rejected.add(refused);
    if (ready.length >= work.options.batch) await flush();
  }
  reader.end(ready);
  await flush();
  await underWay;
  progress.update(work.sample.sizeBytes, `${formatCount(totals.rows)} rows`);
  return totals;
}

function printSummary(
  host: CommandHost,
  done: {
    totals: Totals;
    uploader: Uploader;
    rejected: RejectedFile;
    empty: number;
    options: ImportOptions;
  },
): void {
  const { totals, rejected } = done;
  const { counts } = done.uploader;
  const read = `${formatCount(totals.rows)} rows: ${formatCount(totals.readings)} readings with ${formatCount(totals.values)} values`;
  printLine(host.out, done.options.dryRun ? `${read} would be sent` : read);
  if (!done.options.dryRun) {
    printLine(
      host.out,
      `accepted ${formatCount(counts.accepted)} (${formatCount(counts.replaced)} replaced), duplicates ${formatCount(counts.duplicates)}, refused ${formatCount(counts.refused)}, sent again ${formatCount(counts.retries)}`,
    );
  }
  if (done.empty > 0) printLine(host.out, `rows without a value: ${formatCount(done.empty)}`);
  for (const [code, count] of rejected.codes) {
    printLine(host.out, `refused rows: ${formatCount(count)} ${code}`);
  }
}
