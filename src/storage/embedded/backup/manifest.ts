import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { SCHEMAS } from '../../state/migrate.ts';
import { LAYOUT } from '../history/queries.ts';
import { BackupError, damaged } from './backup-error.ts';

// Tested by: test/e2e/backup.test.ts

/** Raised when the names or the form of the entries change in a way that older code cannot read. */
export const FORMAT = 1;

/** First entry of a backup; the last one tells whether all between them is whole. */
export const MANIFEST = 'manifest.json';
/** The state with the journal, a database file compressed with zstd. */
export const STATE = 'vigie.db.zst';
export const CHECKSUMS = 'checksums.json';

const count = Type.Integer({ minimum: 0 });

export const Manifest = Type.Object({
  product: Type.Literal('vigie'),
  format: Type.Integer({ minimum: 1 }),
  /** Of the program that made it. */
  version: Type.String(),
  created_at: Type.String(),
  /** Name of the newest migration of the state. */
  schema: Type.String(),
  history: Type.Object({
    layout: count,
    /** The journal in the state goes on from here. */
    journal_id: count,
    samples: count,
    /** Entries. */
    parts: count,
  }),
});
export type Manifest = Static<typeof Manifest>;

export const Checksums = Type.Object({
  files: Type.Array(
    Type.Object({
      name: Type.String(),
      bytes: count,
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
  ),
});
export type Checksums = Static<typeof Checksums>;
export type Checksum = Checksums['files'][number];

/** `history/000001-samples.parquet`: in the order in which they are put back. */
export function partName(number: number, table: string): string {
  return `history/${String(number).padStart(6, '0')}-${table}.parquet`;
}

/** The table in the name of a part; undefined where the entry is none. */
export function tableOfPart(name: string): string | undefined {
  return /^history\/\d{6,}-(samples|runs|recent)\.parquet$/.exec(name)?.[1];
}

/** Throws `backup_damaged` where it is none, `backup_newer` where this program is older than the backup. */
export function readManifest(text: string): Manifest {
  const manifest = parse(text);
  const { format } = (manifest ?? {}) as { format?: unknown };
  // A newer form may differ in everything but this.
  if (typeof format === 'number' && format > FORMAT) throw newer('of a newer form', manifest);
  if (!Value.Check(Manifest, manifest)) throw damaged('its manifest cannot be read');
  if (!SCHEMAS.includes(manifest.schema)) {
    throw newer(`with the schema ${manifest.schema}`, manifest);
  }
  if (manifest.history.layout > LAYOUT) {
    throw newer(`with the history layout ${manifest.history.layout}`, manifest);
  }
  return manifest;
}

/** Throws `backup_damaged`. */
export function readChecksums(text: string): Checksums {
  const checksums = parse(text);
  if (!Value.Check(Checksums, checksums)) throw damaged('its checksums cannot be read');
  return checksums;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function newer(what: string, manifest: unknown): BackupError {
  const { version = 'another version' } = manifest as { version?: string };
  return new BackupError(
    'backup_newer',
    `The backup is ${what}, made by Vigie ${version}; this program does not know it. ` +
      'Restore it with that version or a later one. Nothing was changed.',
  );
}
