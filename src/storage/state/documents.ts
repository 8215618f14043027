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

/** In the order of their ids, from after `afterId` on. */
export function listDocuments(
  db: StateDb | StateTransaction,
  page: { customer: string; kind: DocumentKind; afterId?: string | undefined; limit: number },
): Promise<DocumentsTable[]> {
  let query = db
    .selectFrom('documents')
    .selectAll()
    .where('customer', '=', page.customer)
    .where('kind', '=', page.kind);
  if (page.afterId !== undefined) query = query.where('id', '>', page.afterId);
  return query.orderBy('id').limit(page.limit).execute();
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
