import { stringify } from 'yaml';
import { escapeReferences } from '../../as-code/environment.ts';
import { type Fields, KINDS } from '../../as-code/kinds.ts';

// Tested by: cli/import/config/config.test.ts

export type KindName = 'contact' | 'policy' | 'rule' | 'maintenance-window' | 'sensor';

/** A document for `vigie apply`. */
export interface DraftDocument {
  kind: KindName;
  id: string;
  fields: Fields;
}

/** A secret that a document takes from the environment. */
export interface DraftSecret {
  variable: string;
  /** Where its value was in the foreign file; undefined where the file does not show it. */
  value: string | undefined;
}

/** A text that the written document holds as it is: a reference to a variable of the environment. */
export class EnvReference {
  readonly variable: string;

  constructor(variable: string) {
    this.variable = variable;
  }
}

/** The documents that an import makes, each id once for its kind, and the secrets that they name. */
export class ConfigDraft {
  readonly documents: DraftDocument[] = [];
  readonly secrets: DraftSecret[] = [];

  /** Adds a document; answers its id, which has a number added where the wish is taken. */
  add(kind: KindName, wish: string, fields: Fields): string {
    const id = this.freeId(kind, wish);
    this.documents.push({ kind, id, fields });
    return id;
  }

  has(kind: KindName, id: string): boolean {
    return this.documents.some((one) => one.kind === kind && one.id === id);
  }

  freeId(kind: KindName, wish: string): string {
    const base = idOf(wish);
    for (let number = 1; ; number++) {
      const id = number === 1 ? base : `${base.slice(0, 95)}-${number}`;
      if (!this.has(kind, id)) return id;
    }
  }

  remove(document: DraftDocument): void {
    this.documents.splice(this.documents.indexOf(document), 1);
  }

  /** A variable for a secret; two secrets of one value and name share it. */
  secret(name: string, value: string | undefined): EnvReference {
    const base = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
    for (let number = 1; ; number++) {
      const variable = number === 1 ? base : `${base}_${number}`;
      const known = this.secrets.find((one) => one.variable === variable);
      if (known !== undefined && known.value !== value) continue;
      if (known === undefined) this.secrets.push({ variable, value });
      return new EnvReference(variable);
    }
  }

  /** As YAML, kind by kind in the order in which they need each other. */
  toYaml(): string {
    const documents = KINDS.flatMap(({ name }) =>
      this.documents.filter(({ kind }) => kind === name),
    );
    return documents
      .map(({ kind, id, fields }) =>
        stringify({ kind, id, ...(written(fields) as Fields) }, { lineWidth: 120 }),
      )
      .join('---\n');
  }
}

function written(value: unknown): unknown {
  if (value instanceof EnvReference) return `\${env:${value.variable}}`;
  if (typeof value === 'string') return escapeReferences(value);
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, written(entry)]));
}

/** A name as an id: letters and digits of any script, `-`, `_` and `.`, 100 at most. */
export function idOf(name: string): string {
  const id = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}\-_.]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+|-+$/gu, '');
  return [...id].slice(0, 100).join('') || 'unnamed';
}
