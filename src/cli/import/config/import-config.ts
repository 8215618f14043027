import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Language } from '#domain/language.ts';
import type { Severity } from '#domain/rule.ts';
import { systemClock } from '#domain/time.ts';
import { applyFiles } from '../../as-code/apply-config.ts';
import { readConfig } from '../../as-code/read-config.ts';
import { CommandError, EXIT } from '../../command-error.ts';
import { type CommandHost, printLine } from '../../command-host.ts';
import type { TargetOptions } from '../../target.ts';
import { ConfigDraft, type DraftDocument } from './config-draft.ts';
import type { ImportContext } from './import-context.ts';
import { type FindingKind, ImportReport } from './import-report.ts';
import { SeverityNames } from './severity.ts';
import { readSources, type SourceDocument } from './source-document.ts';

// Tested by: cli/import/config/config.test.ts, test/e2e/import-config.test.ts

export interface ImportConfigOptions extends TargetOptions {
  out?: string;
  apply?: boolean;
  /** For `--prune` of a later apply. */
  set?: string;
  dryRun?: boolean;
  yes?: boolean;
  strict?: boolean;
  report: 'text' | 'json';
  secretsFile?: string;
  sensorLabel: string[];
  metric: Record<string, string>;
  severity: Record<string, Severity>;
  language: Language;
}

/** Reads documents of another program and adds what they become to the context. */
export type Importer = (sources: readonly SourceDocument[], context: ImportContext) => void;

/**
 * Turns files of another program into documents for `apply`: to standard output or a file, or applied at once. The report of
 * what does not map goes to standard error. Throws `left_out` (exit code 4) at the end where anything was left out.
 */
export async function importConfig(
  host: CommandHost,
  { importer, files }: { importer: Importer; files: readonly string[] },
  options: ImportConfigOptions,
): Promise<void> {
  const sources = readSources(host.cwd, files);
  const report = new ImportReport({ strict: options.strict === true });
  const draft = new ConfigDraft();
  importer(sources, {
    draft,
    report,
    severities: new SeverityNames(options.severity),
    sensorLabels: options.sensorLabel,
    metrics: options.metric,
    language: options.language,
    alerts: [],
    nowMs: systemClock.now(),
  });
  const refused = dropRefused(draft);
  const text = draft.toYaml();
  printReport(host, { report, draft, refused, json: options.report === 'json' });
  if (options.secretsFile !== undefined) writeSecrets(host, options.secretsFile, draft);
  if (options.apply) {
    const known = draft.secrets.flatMap(({ variable, value }) =>
      value === undefined ? [] : [[variable, value] as const],
    );
    const env = { ...Object.fromEntries(known), ...host.env };
    const { out: _out, ...target } = options;
    const set = { set: options.set ?? 'import' };
    await applyFiles({ ...host, env }, [{ name: options.out ?? 'import', text }], {
      ...target,
      ...set,
    });
  } else if (options.out === undefined || options.out === '-') host.out.write(text);
  if (options.out !== undefined && options.out !== '-') writeWhole(host, options.out, { text });
  const count = report.count('left-out') + refused.length;
  if (count === 0) return;
  const message = `${count} ${count === 1 ? 'thing was' : 'things were'} left out`;
  throw new CommandError({ exitCode: EXIT.partly, code: 'left_out', message });
}

interface Refused {
  document: DraftDocument;
  reasons: string[];
}

/** Takes out what the API's own schemas do not take, and what needs it; the rest can be applied. */
function dropRefused(draft: ConfigDraft): Refused[] {
  const env = Object.fromEntries(draft.secrets.map(({ variable }) => [variable, 'x']));
  const refused: Refused[] = [];
  for (const document of [...draft.documents]) {
    const alone = new ConfigDraft();
    alone.documents.push(document);
    const references = new Proxy(env, { get: (known, name: string) => known[name] ?? 'x' });
    const file = { name: 'import', text: alone.toYaml() };
    const { problems } = readConfig([file], references);
    if (problems.length === 0) continue;
    draft.remove(document);
    refused.push({ document, reasons: problems.map((one) => one.replace(/^import:\d+ /, '')) });
  }
  return refused;
}

function printReport(
  host: CommandHost,
  work: { report: ImportReport; draft: ConfigDraft; refused: readonly Refused[]; json: boolean },
): void {
  const { report, draft, refused } = work;
  const counts = new Map<string, number>();
  for (const { kind } of draft.documents) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (work.json) {
    const document = {
      made: Object.fromEntries(counts),
      findings: report.findings,
      refused: refused.map(({ document: { kind, id }, reasons }) => ({ kind, id, reasons })),
      variables: draft.secrets.map(({ variable }) => variable),
    };
    host.err.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  for (const line of report.lines()) printLine(host.err, line);
  for (const { reasons } of refused) {
    for (const reason of reasons) printLine(host.err, `${reason}: left out`);
  }
  const made = [...counts].map(([kind, count]) => `${count} ${kind}`);
  const left = report.count('left-out') + refused.length;
  const kinds: [FindingKind, string][] = [
    ['changed', 'changed'],
    ['note', 'notes'],
  ];
  const others = kinds.map(([kind, word]) => `${report.count(kind)} ${word}`);
  printLine(
    host.err,
    `made: ${made.join(', ') || 'nothing'}; ${left} left out, ${others.join(', ')}`,
  );
}

/** As `NAME='value'` for a shell, readable for its owner alone. */
function writeSecrets(host: CommandHost, path: string, draft: ConfigDraft): void {
  const lines = draft.secrets.map(({ variable, value }) => {
    return `${value === undefined ? '# not in the file: ' : ''}${variable}=${quoted(value ?? '')}\n`;
  });
  writeWhole(host, path, { text: lines.join(''), mode: 0o600 });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Beside the target and renamed at the end, so that a full disk leaves no half file. */
function writeWhole(
  host: CommandHost,
  path: string,
  { text, mode = 0o666 }: { text: string; mode?: number },
): void {
  const target = resolve(host.cwd, path);
  const part = `${target}.part`;
  try {
    writeFileSync(part, text, { mode });
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
