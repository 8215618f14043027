import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { type CommandHost, printLine } from '../command-host.ts';
import { clientOf, type TargetOptions } from '../target.ts';
import { escapeReferences } from './environment.ts';
import { type Fields, KINDS, type Kind, ownedFields } from './kinds.ts';
import { listThings } from './list-things.ts';
import { maskedSettings } from './plan.ts';

// Tested by: test/e2e/as-code.test.ts

export interface ExportConfigOptions extends TargetOptions {
  /** `-` is standard output. */
  out: string;
}

/** Writes what people own as YAML that `apply` takes; says which secrets became placeholders. */
export async function exportConfig(host: CommandHost, options: ExportConfigOptions): Promise<void> {
  const client = clientOf(host, options);
  const documents: string[] = [];
  const placeholders = new Set<string>();
  for (const kind of KINDS) {
    const things = await listThings(client, kind, host.signal);
    const parents = new Set(things.map(({ parent_id: parent }) => parent));
    for (const thing of things) {
      const id = String(thing.id);
      const fields = escapeReferences(writtenFields(kind, thing)) as Fields;
      // What readings registered, and nobody has said a word about, registers itself again.
      if (kind.name === 'sensor' && Object.keys(fields).length === 0 && !parents.has(id)) continue;
      for (const name of maskedSettings(fields)) {
        const variable = freeName(`CONTACT_${id}_${name}`, placeholders);
        placeholders.add(variable);
        (fields.settings as Fields)[name] = `\${env:${variable}}`;
        printLine(host.err, `contact/${id} settings.${name} is hidden: set ${variable} to apply`);
      }
      documents.push(stringify({ kind: kind.name, id, ...fields }, { lineWidth: 0 }));
    }
  }
  write(host, { out: options.out, text: documents.join('---\n') });
  if (options.out !== '-') printLine(host.err, `${options.out}: ${documents.length} things`);
}

/** Without units: a platform takes them only for metrics that it has readings of. */
function writtenFields(kind: Kind, thing: Fields): Fields {
  const fields = kind.settle(ownedFields(kind, thing), String(thing.id));
  if (kind.name === 'sensor') delete fields.metrics;
  return fields;
}

/** A name for a variable that no other secret has. */
function freeName(text: string, taken: ReadonlySet<string>): string {
  const name = text.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** Beside the target and renamed at the end, so that a full disk leaves no half file. */
function write(host: CommandHost, { out, text }: { out: string; text: string }): void {
  if (out === '-') {
    host.out.write(text);
    return;
  }
  const path = resolve(host.cwd, out);
  const part = `${path}.part`;
  try {
    writeFileSync(part, text);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
