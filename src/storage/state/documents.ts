import { sql } from 'kysely';
import type { DocumentsTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/state-store.contract.ts

export type DocumentKind = DocumentsTable['kind'];

export interface DocumentKey {
  customer: string;
  kind: DocumentKind;
  id: string;
}

export function findDocument(
  db: StateDb | StateTransaction,
  { customer, kind, id }: DocumentKey,
): Promise<DocumentsTable | undefined> {
  return db
    .selectFrom('documents')
    .selectAll()
    .where('customer', '=', customer)
    .where('kind', '=', kind)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** What narrows a list of documents. */
export interface DocumentSearch {
  /** These alone; as many as one statement allows. */
  ids?: readonly string[] | undefined;
  /** Somewhere in id or body, whatever the case of its letters. */
  text?: string | undefined;
  /** Of rules: those whose selector may cover this sensor. */
  sensorId?: string | undefined;
}

export interface DocumentsAsked extends DocumentSearch {
  customer: string;
  kind: DocumentKind;
  afterId?: string | undefined;
  limit: number;
}

/** In the order of their ids, from after `afterId` on. */
export function listDocuments(
  db: StateDb | StateTransaction,
  asked: DocumentsAsked & { throughId?: string | undefined },
): Promise<DocumentsTable[]> {
  const { ids, text = '', sensorId } = asked;
  let query = db
    .selectFrom('documents')
    .selectAll()
    .where('customer', '=', asked.customer)
    .where('kind', '=', asked.kind);
  if (ids !== undefined) query = query.where('id', 'in', ids);
  if (asked.afterId !== undefined) query = query.where('id', '>', asked.afterId);
  if (asked.throughId !== undefined) query = query.where('id', '<=', asked.throughId);
  if (text !== '') query = query.where(holdsText(text));
  if (sensorId !== undefined) query = query.where(mayCover(sensorId));
  return query.orderBy('id').limit(asked.limit).execute();
}

/** More than what fits is found, never less: what a name is, and a capital beyond ASCII, is for the caller to tell. */
function holdsText(text: string) {
  // JSON escapes quotes and backslashes; on the capitals of ASCII alone all engines agree.
  const pattern = text
    .replace(/[^ -~]+|["\\%_]/gu, (odd) => (/[%_]/.test(odd) ? `\\${odd}` : '%'))
    .toLowerCase();
  const like = sql`like cast(${`%${pattern}%`} as text) escape '\\'`;
  return sql<boolean>`(lower(id) ${like} or lower(body) ${like})`;
}

/** Rules that name the sensor, and all that name none or have a pattern; whose exceptions name any are for the caller to tell. */
function mayCover(sensorId: string) {
  const named = `%"${sensorId.replaceAll('_', '\\_')}"%`;
  return sql<boolean>`(body like cast(${named} as text) escape '\\' or body like '%*%' or body like '%?%'
    or body like '%"sensors":[]%' or body like '%"not":[%' or body not like '%"sensors":[%')`;
}

/** How many documents one statement reads to find those that are searched for: commits wait for it. */
const READ_AT_ONCE = 5000;

/**
 * Some of what is searched for, in the order of their ids. `throughId` tells up to where was looked; undefined at the
 * end.
 */
export async function searchDocuments(
  db: StateDb,
  asked: DocumentsAsked,
): Promise<{ rows: DocumentsTable[]; throughId: string | undefined }> {
  const isRead = asked.ids === undefined && (asked.text || asked.sensorId !== undefined);
  const throughId = isRead ? await idFurtherOn(db, asked) : undefined;
  const rows = await listDocuments(db, { ...asked, throughId });
  return { rows, throughId: rows.length === asked.limit ? rows.at(-1)?.id : throughId };
}

/** Undefined where there are fewer. */
async function idFurtherOn(
  db: StateDb,
  { customer, kind, afterId }: DocumentsAsked,
): Promise<string | undefined> {
  let query = db
    .selectFrom('documents')
    .select('id')
    .where('customer', '=', customer)
    .where('kind', '=', kind);
  if (afterId !== undefined) query = query.where('id', '>', afterId);
  const row = await query
    .orderBy('id')
    .limit(1)
    .offset(READ_AT_ONCE - 1)
    .executeTakeFirst();
  return row?.id;
}

const PORTION = 1000;

/** Every document of a kind, in portions. */
export async function* documentPages(
  db: StateDb | StateTransaction,
  { customer, kind }: { customer: string; kind: DocumentKind },
): AsyncIterable<DocumentsTable[]> {
  for (let afterId: string | undefined; ; ) {
    const rows = await listDocuments(db, { customer, kind, afterId, limit: PORTION });
    if (rows.length > 0) yield rows;
    if (rows.length < PORTION) return;
    afterId = rows.at(-1)?.id;
  }
}

/** What tells one version of a document from another. */
export type DocumentVersion = Pick<DocumentsTable, 'id' | 'revision' | 'created_at' | 'updated_at'>;

/** Which version of every document of a kind is stored, in portions. */
export async function* documentVersions(
  db: StateDb,
  { customer, kind }: { customer: string; kind: DocumentKind },
): AsyncIterable<DocumentVersion[]> {
  for (let afterId: string | undefined; ; ) {
    let query = db
      .selectFrom('documents')
      .select(['id', 'revision', 'created_at', 'updated_at'])
      .where('customer', '=', customer)
      .where('kind', '=', kind);
    if (afterId !== undefined) query = query.where('id', '>', afterId);
    const rows = await query.orderBy('id').limit(PORTION).execute();
    if (rows.length > 0) yield rows;
    if (rows.length < PORTION) return;
    afterId = rows.at(-1)?.id;
  }
}

/** Those of the ids that exist, as they are stored. */
export async function findDocuments(
  db: StateDb,
  { customer, kind, ids }: { customer: string; kind: DocumentKind; ids: readonly string[] },
): Promise<DocumentsTable[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('documents')
    .selectAll()
    .where('customer', '=', customer)
    .where('kind', '=', kind)
    .where('id', 'in', ids)
    .execute();
}

/** Those of the ids that exist. */
export async function existingDocuments(
  db: StateDb | StateTransaction,
  { customer, kind, ids }: { customer: string; kind: DocumentKind; ids: readonly string[] },
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('documents')
    .select('id')
    .where('customer', '=', customer)
    .where('kind', '=', kind)
    .where('id', 'in', ids)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** False where the id is taken; then nothing is written. */
export async function insertDocument(tx: StateTransaction, row: DocumentsTable): Promise<boolean> {
  const result = await tx
    .insertInto('documents')
    .values(row)
    .onConflict((conflict) => conflict.columns(['customer', 'kind', 'id']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function replaceDocument(tx: StateTransaction, row: DocumentsTable): Promise<void> {
  await tx
    .updateTable('documents')
    .set({ revision: row.revision, body: row.body, updated_at: row.updated_at })
    .where('customer', '=', row.customer)
    .where('kind', '=', row.kind)
    .where('id', '=', row.id)
    .execute();
}

/** False where there was none. */
export async function deleteDocument(
  tx: StateTransaction,
  { customer, kind, id }: DocumentKey,
): Promise<boolean> {
  const result = await tx
    .deleteFrom('documents')
    .where('customer', '=', customer)
    .where('kind', '=', kind)
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
