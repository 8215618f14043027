import type { Command } from 'commander';
import type { Config } from '#config/settings.ts';
import { VERSION } from '#config/version.ts';
import { type CommandHost, hostConfig, printLine } from './command-host.ts';
import type { Demo } from './demo/prepare-demo.ts';
import { positiveNumber } from './options.ts';
import type { RunningApp } from './running-app.ts';

// Tested by: cli/program.test.ts

interface ServeOptions {
  host?: string;
  port?: string;
  mqttPort?: string;
  dataDir?: string;
  roles?: string;
  demo?: boolean;
  data?: string;
  demoSeconds: number;
}

const EXAMPLES = `
Examples:
  $ vigie serve
  $ vigie serve --port 9000 --mqtt-port 0 --data-dir /var/lib/vigie
  $ vigie serve --demo
  $ vigie serve --demo --data temperatures.csv

Every other setting comes from the environment or from .env: see docs/settings.md.`;

export function addServe(program: Command, host: CommandHost): void {
  program
    .command('serve')
    .description('run the platform until it is stopped')
    .option('--host <address>', 'address to listen on (VIGIE_HOST)')
    .option('--port <n>', 'port of HTTP, 0 = any free one (VIGIE_HTTP_PORT)')
    .option('--mqtt-port <n>', 'port of MQTT, 0 = off (VIGIE_MQTT_PORT)')
    .option('--data-dir <folder>', 'folder of all data (VIGIE_DATA_DIR)')
    .option('--roles <names>', 'parts to run, by comma (VIGIE_ROLES)')
    .option('--demo', 'replay real measured temperatures and show the alerts that they raise')
    .option('--data <csv>', 'the demo replays this file: first a time column, then numbers')
    .option('--demo-seconds <n>', 'how long the demo replays', positiveNumber, 60)
    .addHelpText('after', EXAMPLES)
    .action((options: ServeOptions) => runServe(host, options));
}

async function runServe(host: CommandHost, options: ServeOptions): Promise<void> {
  const overrides = {
    VIGIE_HOST: options.host,
    VIGIE_HTTP_PORT: options.port,
    VIGIE_MQTT_PORT: options.mqttPort,
    VIGIE_DATA_DIR: options.dataDir,
    VIGIE_ROLES: options.roles,
  };
  const config = hostConfig(host, overrides);
  if (!options.demo && options.data === undefined) {
    await serveUntilStopped(host, config);
    return;
  }
  // Mail server and parsers are loaded only for a demo: a platform at work has no use for them.
  const { prepareDemo } = await import('./demo/prepare-demo.ts');
  const demo = await prepareDemo(host, {
    config,
    dataPath: options.data,
    seconds: options.demoSeconds,
  });
  try {
    const demoConfig = hostConfig(host, { ...overrides, ...demo.configOverrides });
    await serveUntilStopped(host, demoConfig, demo);
  } finally {
    await demo.close();
  }
}

async function serveUntilStopped(host: CommandHost, config: Config, demo?: Demo): Promise<void> {
  const app = await host.startApp(config);
  try {
    for (const line of startLines(app, config, demo?.newKey)) printLine(host.out, line);
    await demo?.run(app);
    await untilAborted(host.signal);
    printLine(host.out, 'Stopping…');
  } finally {
    await app.stop();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Where everything is, and one line to paste. */
function startLines(app: RunningApp, config: Config, madeKey?: string): string[] {
  const hasApi = config.roles.includes('api');
  const key = app.newAdminKey ?? madeKey;
  const lines = [`Vigie ${VERSION} is running. Ctrl-C stops it.`, ''];
  const row = (label: string, text: string) => lines.push(`  ${label.padEnd(11)}${text}`);
  if (hasApi) {
    const signIn = app.signInCode === undefined ? '/' : `/#key=${app.signInCode}`;
    row('Dashboard', `${config.publicUrl ?? app.url}${signIn}`);
    if (app.signInCode !== undefined)
      row('', '(this link signs a browser in, once, for 15 minutes)');
    row('API docs', `${config.publicUrl ?? app.url}/docs`);
  } else row('HTTP', app.url);
  if (config.roles.includes('gateway')) {
    const { hostname } = new URL(app.url);
    row(
      'MQTT',
      app.mqttPort === undefined
        ? 'off'
        : `mqtt://${hostname}:${app.mqttPort} (user: key, password: an API key)`,
    );
  }
  row('Data', config.postgresUrl === undefined ? config.dataDir : databaseOf(config.postgresUrl));
  if (key !== undefined)
    row(
      'Admin key',
      `${key}   ${madeKey === undefined ? '(shown only now: keep it)' : '(for this run)'}`,
    );
  else if (config.adminKey !== undefined) row('Admin key', 'as set by VIGIE_ADMIN_KEY');
  else row('Admin key', 'the one printed at the first start (lost? set VIGIE_ADMIN_KEY)');
  if (config.roles.includes('gateway')) {
    lines.push('', 'Send a reading:', '', `  ${curlLine(app.url, key)}`);
    if (key === undefined) lines.push('', '  (KEY is an API key: KEY=…)');
  }
  lines.push('');
  return lines;
}

function curlLine(url: string, key: string | undefined): string {
  const reading = '{"sensor_id":"freezer-3","readings":{"temperature":-18.4}}';
  return `curl ${url}/v1/readings -H "Authorization: Bearer ${key ?? '$KEY'}" -H "Content-Type: application/json" -d '${reading}'`;
}

/** Host and name of the database, without whatever the URL says in confidence. */
function databaseOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}
