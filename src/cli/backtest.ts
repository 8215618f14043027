import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Backtest, BacktestProgress } from '#domain/backtest.ts';
import { type Problem, problemError } from './api-client.ts';
import { unreachable, usageError } from './command-error.ts';
import { type CommandHost, printLine } from './command-host.ts';
import { timeText } from './options.ts';
import { createProgress, formatCount, type Progress } from './progress.ts';
import { clientOf, type TargetOptions, withTarget } from './target.ts';

// Tested by: cli/program.test.ts

interface BacktestOptions extends TargetOptions {
  file: string;
  from: string;
  to: string;
  json?: boolean;
}

const TIMEOUT_MS = 10 * 60_000;

const EXAMPLES = `
Examples:
  $ vigie backtest -f rule.json --from 2026-11-01 --to 2026-12-01
  $ vigie backtest -f rule.json --from 2026-11-22T05:00:00Z --to 2026-11-22T09:00:00Z --json`;

export function addBacktest(program: Command, host: CommandHost): void {
  withTarget(program.command('backtest').description('what a rule would have done'))
    .requiredOption('-f, --file <file>', 'the rule, as JSON')
    .requiredOption('--from <time>', 'from this time on (a date, or a time with offset)', timeText)
    .requiredOption('--to <time>', 'before this time', timeText)
    .option('--json', 'print the whole answer as JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: BacktestOptions) => runBacktest(host, options));
}

async function runBacktest(host: CommandHost, options: BacktestOptions): Promise<void> {
  const { file, from, to } = options;
  const answer = await watchBacktest(host, options, {
    rule: readRule(resolve(host.cwd, file)),
    from,
    to,
  });
  if (options.json) printLine(host.out, JSON.stringify(answer, null, 2));
  else for (const line of linesOf(answer)) printLine(host.out, line);
}

const LABELS: Record<BacktestProgress['phase'], string> = {
  replay: 'Trying the rule',
  suggestion: 'Looking for a calmer rule',
};
const DAY_SECONDS = 86_400;

/** Shows how far it has come until the answer is there. */
async function watchBacktest(
  host: CommandHost,
  options: BacktestOptions,
  body: object,
): Promise<Backtest> {
  const client = clientOf(host, options);
  const asked = { body, signal: host.signal, timeoutMs: TIMEOUT_MS };
  let shown: { phase: string; bar: Progress } | undefined;
  try {
    for await (const { name, data } of client.events('/v1/rules/backtest', asked)) {
      if (name === 'result') return JSON.parse(data) as Backtest;
      if (name === 'error') throw problemError(JSON.parse(data) as Problem);
      if (name !== 'progress') continue;
      const { phase, done, total, samples } = JSON.parse(data) as BacktestProgress;
      if (shown?.phase !== phase) {
        shown?.bar.stop();
        shown = { phase, bar: createProgress(host, { label: LABELS[phase], total, format: days }) };
      }
      shown.bar.update(done, `${formatCount(samples)} samples`);
    }
  } finally {
    shown?.bar.stop();
  }
  throw unreachable(`${client.target.url} broke off before the answer`);
}

function days(seconds: number): string {
  return `${formatCount(seconds / DAY_SECONDS)} days of history`;
}

function readRule(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(`${path} is not valid JSON (${(error as Error).message})`);
  }
}

function linesOf({ alerts, truncated, summary, suggestion }: Backtest): string[] {
  const lines = alerts.map(({ sensor_id, severity, started_at, cleared_at, peak }) => {
    const end = cleared_at ?? 'still active';
    return `${sensor_id}  ${severity}  ${started_at} to ${end}${peak === null ? '' : `  peak ${peak}`}`;
  });
  if (truncated) lines.push(`… and ${formatCount(summary.alerts - alerts.length)} more`);
  lines.push(
    `${formatCount(summary.alerts)} alerts on ${formatCount(summary.sensors)} sensors in ${formatCount(summary.samples)} samples, active for ${formatCount(summary.seconds_active)} s`,
  );
  if (summary.chattering.length > 0) lines.push(`Chattering: ${summary.chattering.join(', ')}`);
  if (suggestion !== null) {
    const { deadband, on_delay, alerts: rest } = suggestion;
    const change = [...(deadband === null ? [] : [`deadband ${deadband}`]), `on_delay ${on_delay}`];
    lines.push(`With ${change.join(' and ')} these would raise ${formatCount(rest)} alerts.`);
  }
  return lines;
}
