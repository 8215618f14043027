import type { Command } from 'commander';
import { type Config, ConfigError } from '#config/settings.ts';
import { VERSION } from '#config/version.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandHost, hostConfig, printLine } from './command-host.ts';
import { checkClock, checkDataDir } from './doctor/check-data-dir.ts';
import { type Finding, fail, ok } from './doctor/finding.ts';
import { localUrl, type TargetOptions, withTarget } from './target.ts';

const OLDEST_NODE = [24, 12] as const;
const MARKS = { ok: '  ok  ', warn: ' warn ', fail: ' FAIL ' } as const;

const EXAMPLES = `
Examples:
  $ vigie doctor
  $ vigie doctor --url https://vigie.example.org --key "$KEY"

Checks settings, Node.js, data folder or database, clock, ports (or the platform that answers there) and e-mail.
Changes nothing. Ends with 1 when something fails; warnings alone end with 0.`;

export function addDoctor(program: Command, host: CommandHost): void {
  withTarget(program.command('doctor').description('find out what keeps the platform from working'))
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: TargetOptions & { json?: boolean }) => {
      const { findings, exitCode } = await examine(host, options);
      if (options.json) printLine(host.out, JSON.stringify(findings, null, 2));
      else for (const finding of findings) printFinding(host, finding);
      const failed = findings.filter((finding) => finding.state === 'fail').length;
      if (failed > 0) {
        const message = `${failed} of ${findings.length} checks failed`;
        throw new CommandError({ exitCode, code: 'checks_failed', message });
      }
    });
}

function printFinding(host: CommandHost, finding: Finding): void {
  printLine(host.out, `[${MARKS[finding.state]}] ${finding.subject}: ${finding.detail}`);
  if (finding.advice !== undefined) printLine(host.out, `         → ${finding.advice}`);
}

async function examine(
  host: CommandHost,
  options: TargetOptions,
): Promise<{ findings: Finding[]; exitCode: number }> {
  const findings: Finding[] = [ok('vigie', `version ${VERSION}`), checkNode(process.versions.node)];
  let config: Config;
  try {
    config = hostConfig(host, { VIGIE_URL: options.url, VIGIE_KEY: options.key });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { setting, problem } of error.problems) {
      findings.push(fail('settings', [`${setting}: ${problem}`, 'see docs/settings.md']));
    }
    return { findings, exitCode: EXIT.usage };
  }
  findings.push(ok('settings', 'valid'));
  findings.push(...(await checkServer(config)));
  return { findings, exitCode: EXIT.failed };
}

async function checkServer(config: Config): Promise<Finding[]> {
  const { checkPlatform, checkSmtp } = await import('./doctor/check-network.ts');
  const url = config.client.url ?? localUrl(config);
  const isRemote = config.client.url !== undefined;
  const platform =
    isRemote || config.httpPort !== 0
      ? await checkPlatform({ url, key: config.client.key })
      : undefined;
  if (isRemote && platform === undefined) {
    return [fail('platform', [`no answer from ${url}`, 'start it, or check --url'])];
  }
  // The folder and the ports of another machine are not to be seen from here.
  if (isRemote) return platform ?? [];
  const findings = await checkStorage(config, platform !== undefined);
  if (platform !== undefined) findings.push(...platform);
  else findings.push(...(await checkPorts(config)));
  findings.push(await checkSmtp(config.smtpUrl));
  return findings;
}

async function checkStorage(config: Config, isAnswering: boolean): Promise<Finding[]> {
  if (config.postgresUrl === undefined) {
    const { dataDir } = config;
    return [...checkDataDir(dataDir, isAnswering), checkClock(dataDir, Date.now())];
  }
  const { checkDatabase } = await import('./doctor/check-database.ts');
  return checkDatabase(config.postgresUrl);
}

async function checkPorts(config: Config): Promise<Finding[]> {
  const { checkPort } = await import('./doctor/check-network.ts');
  const { host } = config;
  const http = { host, port: config.httpPort, setting: 'VIGIE_HTTP_PORT' };
  const findings = [await checkPort('HTTP port', http)];
  if (config.mqttPort === 0) findings.push(ok('MQTT port', 'off'));
  else {
    const mqtt = { host, port: config.mqttPort, setting: 'VIGIE_MQTT_PORT' };
    findings.push(await checkPort('MQTT port', mqtt));
  }
  return findings;
}

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor, oldMinor] = OLDEST_NODE;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return ok('Node.js', version);
  return fail('Node.js', [
    `${version} is older than ${oldMajor}.${oldMinor}`,
    'start by npm start or npx vigie, which bring their own',
  ]);
}
