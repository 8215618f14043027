import type { Command } from 'commander';
import type { ApplyOptions } from './as-code/apply-config.ts';
import type { CommandHost } from './command-host.ts';
import { setName } from './options.ts';
import { withTarget } from './target.ts';

const EXAMPLES = `
Examples:
  $ vigie apply -f alarms.yaml --dry-run
  $ vigie apply -f alarms/ --yes
  $ vigie apply -f lyon/ --set lyon --prune

Each document has a kind (template, contact, on-call, policy, rule, maintenance-window or sensor), an id and the fields of the API. \${env:NAME}
in any text is taken from the environment. What no file describes stays as it is; with --prune, what an earlier apply of the same
--set made goes. Sensors stay: what they have measured is theirs.`;

export function addApply(program: Command, host: CommandHost): void {
  withTarget(
    program
      .command('apply')
      .description(
        'make templates, contacts, on-call, policies, rules, windows and sensors what files say',
      ),
  )
    .requiredOption('-f, --file <path>', 'a YAML or JSON file, or a folder of such files')
    .option('--dry-run', 'print the plan, change nothing')
    .option('--yes', 'do not ask')
    .option('--prune', 'delete what these files made before and no longer describe')
    .option('--set <name>', 'name of this set of files, for --prune', setName, 'default')
    .option('--secrets', 'send secrets also where the platform hides whether they differ')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ApplyOptions) => {
      // Its parser and the checks of the API are loaded only here: no start of the platform pays for them.
      const { applyConfig } = await import('./as-code/apply-config.ts');
      await applyConfig(host, options);
    });
}
