import { type Command, Option } from 'commander';
import { problemError } from './api-client.ts';
import { CommandError } from './command-error.ts';
import { type CommandHost, printLine } from './command-host.ts';
import { positiveNumber, share, wholeNumber } from './options.ts';
import { createProgress, formatCount } from './progress.ts';
import { HttpSender } from './simulate/http-sender.ts';
import { type LoadReport, OpenLoop } from './simulate/open-loop.ts';
import type { Sender } from './simulate/sender.ts';
import { clientOf, type TargetOptions, targetOf, withTarget } from './target.ts';

// Tested by: cli/simulate/simulate.test.ts

interface SimulateOptions extends TargetOptions {
  sensors: number;
  rate: number;
  seconds: number;
  batch: number;
  protocol: 'http' | 'mqtt';
  mqttUrl?: string;
  hot: number;
  inFlight: number;
  connections: number;
  grace: number;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  $ vigie simulate
  $ vigie simulate --sensors 10000 --rate 50000 --batch 1000 --seconds 60
  $ vigie simulate --protocol mqtt --rate 2000 --sensors 500 --hot 0.01
  $ vigie simulate --json > load.json

The rate is kept whatever the platform does (open loop). Latency counts from the moment at which a
request was due, not from when it could at last be sent: a stall shows in every request it held up.
Over MQTT a refused reading is acknowledged too; it is then among the dead letters.`;

export function addSimulate(program: Command, host: CommandHost): void {
  withTarget(program.command('simulate').description('send the readings of simulated sensors'))
    .option('--sensors <n>', 'number of sensors', wholeNumber(1), 1000)
    .option('--rate <n>', 'readings a second', positiveNumber, 5000)
    .option('--seconds <n>', 'how long', positiveNumber, 30)
    .option('--batch <n>', 'readings a request (HTTP)', wholeNumber(1), 100)
    .addOption(
      new Option('--protocol <name>', 'how they are sent')
        .choices(['http', 'mqtt'])
        .default('http'),
    )
    .option('--mqtt-url <url>', 'address of MQTT (else the host of --url and VIGIE_MQTT_PORT)')
    .option('--hot <share>', 'share of readings during an excursion to 40 °C', share, 0.001)
    .option('--in-flight <n>', 'most requests under way', wholeNumber(1), 256)
    .option('--connections <n>', 'connections (MQTT)', wholeNumber(1), 8)
    .option('--grace <n>', 'seconds to wait for the last answers', positiveNumber, 10)
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: SimulateOptions) => runSimulate(host, options));
}

async function runSimulate(host: CommandHost, options: SimulateOptions): Promise<void> {
  const isHttp = options.protocol === 'http';
  const plan = {
    rate: options.rate,
    seconds: options.seconds,
    batch: isHttp ? options.batch : 1,
    inFlight: options.inFlight,
    graceMs: options.grace * 1000,
  };
  const sender = await openSender(host, options);
  let report: LoadReport;
  try {
    const load = new OpenLoop(plan, sender);
    const progress = createProgress(host, {
      label: 'simulate',
      total: load.total,
      format: (count) => `${formatCount(count)} readings acknowledged`,
    });
    try {
      report = await load.run(host.signal, (settled) => progress.update(settled));
      progress.update(load.total - report.unacknowledged);
    } finally {
      progress.stop();
    }
  } finally {
    await sender.close();
  }
  if (options.json) printLine(host.out, JSON.stringify(report, null, 2));
  else for (const line of reportLines(report, options)) printLine(host.out, line);
  if (report.rejected > 0 || report.unacknowledged > 0) {
    throw new CommandError({
      code: report.rejected > 0 ? 'readings_refused' : 'readings_unacknowledged',
      message: `${formatCount(report.rejected)} readings were refused, ${formatCount(report.unacknowledged)} have no acknowledgement`,
    });
  }
}

async function openSender(host: CommandHost, options: SimulateOptions): Promise<Sender> {
  const { config, ...target } = targetOf(host, options);
  const simulation = {
    sensors: options.sensors,
    hot: options.hot,
    rate: options.rate,
    startMs: Date.now(),
  };
  if (options.protocol === 'mqtt') {
    const { MqttSender } = await import('./simulate/mqtt-sender.ts');
    const sender = new MqttSender(simulation);
    const url = options.mqttUrl ?? `mqtt://${new URL(target.url).hostname}:${config.mqttPort}`;
    await sender.connect({ url, key: target.key, connections: options.connections });
    return sender;
  }
  // Empty, so that nothing is stored: tells at once where nothing answers or the key may not send.
  const answer = await clientOf(host, options).ask('/v1/readings', {
    body: [],
    signal: host.signal,
    timeoutMs: 10_000,
  });
  if (!answer.ok && (answer.problem.status === 401 || answer.problem.status === 403)) {
    throw problemError(answer.problem);
  }
  return new HttpSender(target, { ...simulation, inFlight: options.inFlight });
}

function reportLines(report: LoadReport, options: SimulateOptions): string[] {
  const { latencyMs } = report;
  const ms = (value: number) => `${value < 10 ? value.toFixed(2) : formatCount(value)} ms`;
  const seconds = report.seconds.toFixed(1);
  const lines = [
    `sent          ${formatCount(report.sent)} of ${formatCount(report.planned)} readings in ${seconds} s over ${options.protocol} (asked: ${formatCount(options.rate)}/s)`,
    `acknowledged  ${formatCount(report.acknowledged)} (${formatCount(report.readingsPerSecond)} readings/s), ${formatCount(report.late)} late, ${formatCount(report.duplicates)} duplicates`,
    `rejected      ${formatCount(report.rejected)}; without acknowledgement ${formatCount(report.unacknowledged)}`,
    `busy          ${formatCount(report.busy)} answers to come again later; ${formatCount(report.lost)} attempts without an answer`,
    `alerts        ${formatCount(report.alerts.raised)} raised, ${formatCount(report.alerts.cleared)} cleared`,
    `latency       p50 ${ms(latencyMs.p50)} · p90 ${ms(latencyMs.p90)} · p99 ${ms(latencyMs.p99)} · max ${ms(latencyMs.max)}`,
    '              of a request, from the moment at which it was due to its acknowledgement',
  ];
  for (const [reason, count] of Object.entries(report.failures)) {
    lines.push(`              ${reason}: ${formatCount(count)} times`);
  }
  return lines;
}
