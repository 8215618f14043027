import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES } from '#domain/language.ts';
import { SEVERITIES, type Severity } from '#domain/rule.ts';
import type { CommandHost } from './command-host.ts';
import type { ImportConfigOptions, Importer } from './import/config/import-config.ts';
import { names, setName } from './options.ts';
import { withTarget } from './target.ts';

// Tested by: test/e2e/import-config.test.ts

interface Format {
  name: string;
  description: string;
  examples: readonly string[];
  /** Loaded only when it is asked for: no start of the platform pays for it. */
  load(): Promise<Importer>;
}

const prometheus = async (): Promise<Importer> =>
  (await import('./import/prometheus/import-prometheus.ts')).importPrometheus;

const FORMATS: readonly Format[] = [
  {
    name: 'prometheus',
    description:
      "take over Prometheus' alerting rules, with Alertmanager's configuration and silences",
    examples: [
      'vigie import prometheus rules/*.yml --out alarms.yaml',
      'vigie import prometheus rules.yml alertmanager.yml --metric freezer_celsius=temperature --apply',
    ],
    load: prometheus,
  },
  {
    name: 'alertmanager',
    description: "take over Alertmanager's routes, receivers and silences, with Prometheus' rules",
    examples: [
      'vigie import alertmanager alertmanager.yml rules/*.yml --out alarms.yaml --secrets-file secrets.env',
      'amtool silence query -o json > silences.json && vigie import alertmanager silences.json',
    ],
    load: prometheus,
  },
  {
    name: 'grafana',
    description: "take over Grafana's contact points, notification policies and alert rules",
    examples: [
      'vigie import grafana contact-points.yaml policies.yaml rules.yaml --out alarms.yaml',
      'vigie import grafana export.json --sensor-label sensor,host --apply',
    ],
    load: async () => (await import('./import/grafana/import-grafana.ts')).importGrafana,
  },
  {
    name: 'uptime-kuma',
    description: "take over an Uptime Kuma backup's push monitors and notifications",
    examples: [
      'vigie import uptime-kuma Uptime_Kuma_Backup.json --secrets-file secrets.env --apply',
    ],
    load: async () => (await import('./import/uptime-kuma/import-uptime-kuma.ts')).importUptimeKuma,
  },
];

/** Adds `vigie import <program> <file…>`, one for each program that can be moved from. */
export function addImportConfig(parent: Command, host: CommandHost): void {
  for (const format of FORMATS) addFormat(parent, host, format);
}

function addFormat(parent: Command, host: CommandHost, format: Format): void {
  withTarget(parent.command(`${format.name} <files...>`).description(format.description))
    .option('-o, --out <file>', 'file to write (else standard output); - is standard output')
    .option('--apply', 'plan, ask and apply instead of writing to standard output')
    .option('--dry-run', 'with --apply: print the plan, change nothing')
    .option('--yes', 'with --apply: do not ask')
    .option('--set <name>', 'with --apply: name of the set, as of apply', setName, 'import')
    .addOption(
      new Option('--report <form>', 'form of the report of what does not map, on standard error')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--strict', 'leave out also what can only be had changed')
    .option('--secrets-file <file>', 'write the secrets that the documents name, as NAME=value')
    .option('--sensor-label <names>', 'labels that are the id of a sensor, by comma', names, [
      'sensor_id',
      'instance',
    ])
    .option(
      '--metric <theirs=ours>',
      'a metric that has another name here; may be given again',
      pair,
      {},
    )
    .option(
      '--severity <theirs=ours>',
      'a severity that has another name here; may be given again',
      severityPair,
      {},
    )
    .addOption(
      new Option('--language <language>', 'of the texts in the files')
        .choices(LANGUAGES)
        .default('en'),
    )
    .addHelpText(
      'after',
      `\nExamples:\n${format.examples.map((one) => `  $ ${one}`).join('\n')}

Exit codes: 0 all of it · 4 done, and something was left out · 1, 2, 3 as ever`,
    )
    .action(async (files: string[], options: ImportConfigOptions) => {
      const { importConfig } = await import('./import/config/import-config.ts');
      await importConfig(host, { importer: await format.load(), files }, options);
    });
}

function pair(text: string, known: Record<string, string>): Record<string, string> {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1) {
    throw new InvalidArgumentError('It must be of the form theirs=ours.');
  }
  return { ...known, [text.slice(0, at)]: text.slice(at + 1) };
}

function severityPair(text: string, known: Record<string, Severity>): Record<string, Severity> {
  const said = pair(text, {});
  if (Object.values(said).some((one) => !SEVERITIES.includes(one as Severity))) {
    throw new InvalidArgumentError(
      `It must be of the form theirs=ours, ours one of ${SEVERITIES.join(', ')}.`,
    );
  }
  return { ...known, ...(said as Record<string, Severity>) };
}
