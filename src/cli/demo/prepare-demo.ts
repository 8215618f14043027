import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '#config/settings.ts';
import type { Alert } from '#domain/alert.ts';
import type { Delivery } from '#domain/notification.ts';
import { ApiClient } from '../api-client.ts';
import { type CommandHost, printLine } from '../command-host.ts';
import { createProgress, formatCount, type Progress } from '../progress.ts';
import { type DemoSeries, loadDemoSeries } from './demo-data.ts';
import { type DeliveredNotification, DemoInbox } from './demo-inbox.ts';
import { putDemoThings } from './demo-things.ts';
import { followEvents, type LiveEvent } from './event-stream.ts';
import { summarize } from './latency-summary.ts';
import { type ReplayReport, replay } from './replay.ts';

// Tested by: cli/demo/demo.test.ts

export interface Demo {
  smtpUrl: string;
  webhookUrl: string;
  /** Settings that the platform must start with for the demo. */
  configOverrides: Record<string, string>;
  /** The admin key of this run, where the settings name none. */
  newKey: string | undefined;
  /** Replays the data into the platform; resolves when the summary is printed. The inbox stays open. */
  run(app: { url: string }): Promise<void>;
  close(): Promise<void>;
}

export interface DemoOptions {
  config: Config;
  dataPath: string | undefined;
  seconds: number;
}

const SETTLE_MS = 5000;
const LANGUAGE = { email: 'fr', webhook: 'en' } as const;

/**
 * Opens the demo's inbox and reads its data, before the platform starts. The demo has a data folder of
 * its own, so that nothing of it gets among real readings.
 */
export async function prepareDemo(host: CommandHost, options: DemoOptions): Promise<Demo> {
  const { config } = options;
  const path = options.dataPath === undefined ? undefined : resolve(host.cwd, options.dataPath);
  const series = await loadDemoSeries(path);
  const stage = new DemoStage(host, series);
  await stage.inbox.start();
  const adminKey = config.adminKey ?? `demo-${randomBytes(18).toString('base64url')}`;
  return {
    smtpUrl: stage.inbox.smtpUrl,
    webhookUrl: stage.inbox.webhookUrl,
    configOverrides: {
      VIGIE_SMTP_URL: stage.inbox.smtpUrl,
      VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
      VIGIE_DATA_DIR: join(config.dataDir, 'demo'),
      VIGIE_ADMIN_KEY: adminKey,
    },
    newKey: config.adminKey === undefined ? adminKey : undefined,
    run: (app) => stage.run(new ApiClient({ url: app.url, key: adminKey }), options.seconds),
    close: () => stage.close(),
  };
}

/** Prints what happens and counts it. */
class DemoStage {
  readonly inbox: DemoInbox;
  readonly #host: CommandHost;
  readonly #series: DemoSeries;
  readonly #delivered: DeliveredNotification[] = [];
  readonly #stop = new AbortController();
  /** Severity of each alert as last printed. */
  readonly #alerts = new Map<string, string>();
  #progress: Progress | undefined;

  constructor(host: CommandHost, series: DemoSeries) {
    this.#host = host;
    this.#series = series;
    this.inbox = new DemoInbox((notification) => this.#onDelivered(notification));
  }

  async run(client: ApiClient, seconds: number): Promise<void> {
    await putDemoThings(client, this.#series, this.inbox);
    for (const line of introduction(this.#series, seconds)) printLine(this.#host.out, line);
    const signal = AbortSignal.any([this.#host.signal, this.#stop.signal]);
    await this.#followAlerts(client, signal);
    this.#progress = createProgress(this.#host, {
      label: 'replay',
      total: this.#series.values.length,
      lines: this.#host.out,
      format: (count) => `${formatCount(count)} readings`,
    });
    let report: ReplayReport;
    try {
      report = await replay(client, this.#series, {
        seconds,
        signal,
        onSent: (sent) =>
          this.#progress?.update(
            sent,
            `${this.#alerts.size} alerts, ${this.#delivered.length} notifications`,
          ),
      });
      await this.#settle(client, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    } finally {
      this.#progress.stop();
      this.#progress = undefined;
    }
    await this.#printSummary(client, report);
  }

  /** Resolves once the stream is open, so that no alert is missed. */
  #followAlerts(client: ApiClient, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      followEvents(client, '/v1/events?topics=alerts', {
        signal,
        onOpen: resolve,
        onEvent: (event) => this.#onEvent(event),
      }).catch((error: unknown) => (signal.aborted ? resolve() : reject(error)));
    });
  }

  #onEvent({ name, data }: LiveEvent): void {
    if (name !== 'alert') return;
    const alert = data as Alert;
    const before = this.#alerts.get(alert.id);
    const now = alert.state === 'cleared' ? 'cleared' : alert.severity;
    // Acknowledging and the like are changes too; the demo tells of raising, severity and clearing.
    if (now === before) return;
    this.#alerts.set(alert.id, now);
    const what = `${alert.rule_id} on ${alert.sensor_id}`;
    if (now === 'cleared') {
      this.#line(`▽ alert ${what} cleared`);
      return;
    }
    const value = alert.value === null ? '' : `: ${alert.value}`;
    const limit = alert.limit === null ? '' : ` (limit ${alert.limit})`;
    const change = before === undefined ? now : `${before} → ${now}`;
    this.#line(`▲ alert ${what} ${change}${value}${limit}`);
  }

  #onDelivered(notification: DeliveredNotification): void {
    this.#delivered.push(notification);
    const { channel, to, subject } = notification;
    this.#line(`    → ${channel} to ${to} [${LANGUAGE[channel]}] ${subject}`);
  }

  #line(text: string): void {
    if (this.#progress) this.#progress.line(text);
    else printLine(this.#host.out, text);
  }

  /** Waits until nothing is under way any more, for a few seconds at most. */
  async #settle(client: ApiClient, signal: AbortSignal): Promise<void> {
    const endMs = Date.now() + SETTLE_MS;
    while (Date.now() < endMs) {
      const queued = await client.request<{ items: Delivery[] }>(
        '/v1/deliveries?state=queued&limit=1',
        { signal },
      );
      if (queued.items.length === 0) break;
      await wait(100, undefined, { signal });
    }
    // The answer of the last receiver may be recorded before its line is printed.
    await wait(100, undefined, { signal });
  }

  async #printSummary(client: ApiClient, report: ReplayReport): Promise<void> {
    const delivered = [...this.#delivered];
    const latencies = await summarize(client, { report, delivered });
    const count = (channel: string) => delivered.filter((one) => one.channel === channel).length;
    const lines = [
      '',
      `Replayed ${formatCount(report.readings)} readings: ${report.sentAt.size} alerts, ${delivered.length} notifications delivered (email ${count('email')}, webhook ${count('webhook')}).`,
      latencies === undefined
        ? 'No notification could be matched with its reading.'
        : `From sending the reading to its notification: p50 ${latencies.p50.toFixed(0)} ms, p99 ${latencies.p99.toFixed(0)} ms (${latencies.count} notifications of raised and cleared alerts).`,
      '',
      'The platform keeps running, and so does the inbox; Ctrl-C stops both.',
      `The sensor is silent from now on: in a minute or so the built-in rule says so.`,
      '',
    ];
    for (const line of lines) printLine(this.#host.out, line);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.inbox.close();
  }
}

function introduction(series: DemoSeries, seconds: number): string[] {
  const { values, limits, metric, unit } = series;
  const shown = unit === 'Cel' ? ' °C' : '';
  return [
    `Demo: ${formatCount(values.length)} measured values of ${metric} (${series.first} to ${series.last}), replayed in ${seconds} s.`,
    'Each is stamped with the moment at which it is sent: with its own time it would be late, and late',
    'readings page nobody.',
    `Rules: above ${limits.high}${shown} warning, above ${limits.veryHigh}${shown} critical, below ${limits.low}${shown} warning.`,
    'Told: Camille by e-mail in French, the duty desk by webhook in English. Both arrive at real servers',
    'that this demo has opened on this machine.',
    '',
  ];
}
