import { isMask } from '#operations/contact/contact-secrets.ts';
import type { ApiClient } from '../api-client.ts';
import { CommandError, usageError } from '../command-error.ts';
import { type CommandHost, printLine } from '../command-host.ts';
import { clientOf, type TargetOptions } from '../target.ts';
import { loadConfigFiles } from './config-files.ts';
import type { Fields } from './kinds.ts';
import { makePlan, pathOf, type Step } from './plan.ts';
import { deleteLeftovers, findLeftovers, printLeftover } from './prune.ts';
import { type ConfigFile, problemsOf, readConfig } from './read-config.ts';

// Tested by: cli/as-code/as-code.test.ts, test/e2e/as-code.test.ts

const AT_ONCE = 8;

export interface ApplyOptions extends TargetOptions {
  file: string;
  dryRun?: boolean;
  yes?: boolean;
  secrets?: boolean;
  /** The set of files: what it made carries its mark, and only that is pruned. */
  set?: string;
  prune?: boolean;
}

/** Reads, checks, plans, asks and applies; stops at the first refusal with what was done so far. */
export function applyConfig(host: CommandHost, options: ApplyOptions): Promise<void> {
  return applyFiles(host, loadConfigFiles(host.cwd, options.file), options);
}

/** The same for files that are in hand. */
export async function applyFiles(
  host: CommandHost,
  files: readonly ConfigFile[],
  options: Omit<ApplyOptions, 'file'>,
): Promise<void> {
  const { items, problems } = readConfig(files, host.env);
  if (problems.length > 0) {
    for (const problem of problems) printLine(host.err, problem);
    const message = `${problems.length} ${plural(problems.length, 'problem')}; nothing was changed`;
    throw new CommandError({ code: 'config_invalid', message });
  }
  if (options.prune && items.length === 0) {
    const message = 'the files describe nothing; --prune would delete everything that they made';
    throw new CommandError({ code: 'config_empty', message });
  }
  const client = clientOf(host, options);
  const mark = `apply:${options.set ?? 'default'}`;
  const plan = await makePlan(client, { items, mark }, { signal: host.signal });
  const leftovers = options.prune
    ? await findLeftovers(client, { items, mark }, { signal: host.signal })
    : [];
  if (options.secrets) for (const step of plan) sendSecrets(step);
  for (const step of plan) printStep(host, step);
  for (const leftover of leftovers) printLeftover(host, leftover);
  const steps = plan.filter(({ action }) => action !== 'unchanged');
  if (steps.length === 0 && leftovers.length === 0) {
    printLine(host.out, 'Nothing to do.');
    return;
  }
  const count = (action: Step['action']) => plan.filter((step) => step.action === action).length;
  const deletes = options.prune ? `, ${leftovers.length} to delete` : '';
  printLine(
    host.out,
    `${count('create')} to create, ${count('change')} to change, ${count('unchanged')} unchanged${deletes}.`,
  );
  if (options.dryRun) return;
  if (!options.yes) await ask(host);
  await applySteps({ host, client, mark }, steps);
  await deleteLeftovers({ host, client }, leftovers);
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

function sendSecrets(step: Step): void {
  if (step.hidden.length === 0) return;
  step.action = 'change';
  step.changed.push(...step.hidden.splice(0));
}

const nameOf = ({ item }: Step): string => `${item.kind.name}/${item.id}`;

function printStep(host: CommandHost, step: Step): void {
  const changed = step.changed.length > 0 ? `: ${step.changed.join(', ')}` : '';
  const hidden = step.hidden.length > 0 ? ` (not compared: ${step.hidden.join(', ')})` : '';
  printLine(host.out, `${step.action.padEnd(9)} ${nameOf(step)}${changed}${hidden}`);
}

async function ask(host: CommandHost): Promise<void> {
  if (host.ask === undefined) {
    throw usageError('there is no terminal to ask at; give --yes to apply, or --dry-run');
  }
  const answer = await host.ask('Apply this? [y/N] ');
  if (/^(?:y|yes|o|oui)$/i.test(answer.trim())) return;
  throw new CommandError({ code: 'declined', message: 'nothing was changed' });
}

interface Applying {
  host: CommandHost;
  client: ApiClient;
  /** Of the set of files. */
  mark: string;
}

async function applySteps(applying: Applying, steps: readonly Step[]): Promise<void> {
  const { host } = applying;
  let done = 0;
  for (let at = 0; at < steps.length; ) {
    const together = takeTogether(steps, at);
    at += together.length;
    const results = await Promise.allSettled(together.map((step) => putStep(applying, step)));
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected') continue;
      done++;
      printDone(host, together[index]!, result.value);
    }
    const failure = results.find((result) => result.status === 'rejected');
    if (failure === undefined) continue;
    if (failure.reason instanceof Refusal)
      for (const problem of failure.reason.problems) printLine(host.err, problem);
    printLine(host.err, `${done} of ${steps.length} were applied, the others were not`);
    throw failure.reason;
  }
}

/** Of things that do not need each other several at once: each waits for the platform's disk. */
function takeTogether(steps: readonly Step[], from: number): readonly Step[] {
  const { kind } = steps[from]!.item;
  let to = from + 1;
  while (kind.areAlone && to - from < AT_ONCE && steps[to]?.item.kind === kind) to++;
  return steps.slice(from, to);
}

class Refusal extends CommandError {
  /** One line each. */
  readonly problems: readonly string[];

  constructor(step: Step, { code, problems }: { code: string; problems: readonly string[] }) {
    super({ code, message: `${nameOf(step)} was refused` });
    this.problems = problems;
  }
}

async function putStep({ host, client, mark }: Applying, step: Step): Promise<Fields> {
  const { kind, id, fields, describe } = step.item;
  const marked = kind.isMarked ? { ...fields, managed_by: mark } : fields;
  const request = { method: 'PUT', body: marked, signal: host.signal };
  const reply = await client.ask(pathOf(kind, id), request);
  if (reply.ok) return reply.body as Fields;
  const { body, detail, code } = reply.problem;
  throw new Refusal(step, { code, problems: problemsOf(body, detail).map(describe) });
}

function printDone(host: CommandHost, step: Step, answer: Fields): void {
  printLine(host.out, `${step.action === 'create' ? 'created' : 'changed'} ${nameOf(step)}`);
  for (const [name, value] of madeSettings(step.item.fields, answer)) {
    const made = `${nameOf(step)} settings.${name}`;
    printLine(host.out, `${made} was made by the platform and is shown only now: ${value}`);
  }
}

/** Secrets that were not given and that the platform made. */
function madeSettings(sent: Fields, answer: Fields): [string, unknown][] {
  const given = (sent.settings ?? {}) as Fields;
  const settings = Object.entries((answer.settings ?? {}) as Fields);
  return settings.filter(([name, value]) => !(name in given) && !isMask(value));
}
