import type { Path, SourceDocument } from './source-document.ts';

// Tested by: cli/import/config/config.test.ts

/** `left-out`: it is not there afterwards; `changed`: it is, and does something else; `note`: to be known or done. */
export type FindingKind = 'left-out' | 'changed' | 'note';

/** Something of a file that a person should know of. Never holds a secret. */
export interface Finding {
  kind: FindingKind;
  file: string;
  line: number;
  /** Such as `rule FreezerTooWarm` or `receiver ops, slack`. */
  what: string;
  reason: string;
}

/** A thing of a foreign file: what findings are about. */
export interface Origin {
  source: SourceDocument;
  path: Path;
  what: string;
}

/** What became of a foreign file: documents made, and everything that does not map. */
export class ImportReport {
  readonly findings: Finding[] = [];
  readonly #strict: boolean;

  constructor({ strict = false }: { strict?: boolean } = {}) {
    this.#strict = strict;
  }

  /** Whether a thing that can only be had changed is to be made at all. */
  get takesChanged(): boolean {
    return !this.#strict;
  }

  leftOut(origin: Origin, reason: string): void {
    this.#add('left-out', origin, reason);
  }

  changed(origin: Origin, reason: string): void {
    this.#add('changed', origin, reason);
  }

  note(origin: Origin, reason: string): void {
    this.#add('note', origin, reason);
  }

  count(kind: FindingKind): number {
    return this.findings.filter((finding) => finding.kind === kind).length;
  }

  /** One line each, `file:line: what: kind: reason`, in the order of the files. */
  lines(): string[] {
    return this.findings.map(
      ({ file, line, what, kind, reason }) =>
        `${file}:${line}: ${what}: ${kind.replace('-', ' ')}: ${reason}`,
    );
  }

  #add(kind: FindingKind, { source, path, what }: Origin, reason: string): void {
    const finding = { kind, file: source.file, line: source.lineOf(path), what, reason };
    const isTold = this.findings.some(
      (known) =>
        known.kind === kind &&
        known.file === finding.file &&
        known.line === finding.line &&
        known.what === what &&
        known.reason === reason,
    );
    if (!isTold) this.findings.push(finding);
  }
}
