import type { ApiKeysTable, SessionsTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/state-store.contract.ts

/** By the key's SHA-256, whoever's it is: this is how a caller's customer is found. */
export function findKeyByHash(db: StateDb, hash: string): Promise<ApiKeysTable | undefined> {
  return db.selectFrom('api_keys').selectAll().where('hash', '=', hash).executeTakeFirst();
}

export function findKey(
  db: StateDb | StateTransaction,
  { customer, id }: { customer: string; id: string },
): Promise<ApiKeysTable | undefined> {
  return db
    .selectFrom('api_keys')
    .selectAll()
    .where('id', '=', id)
    .where('customer', '=', customer)
    .executeTakeFirst();
}

/** In the order of their ids, from after `afterId` on; revoked ones too. */
export function listKeyRows(
  db: StateDb,
  page: { customer: string; afterId?: string | undefined; limit: number },
): Promise<ApiKeysTable[]> {
  let query = db.selectFrom('api_keys').selectAll().where('customer', '=', page.customer);
  if (page.afterId !== undefined) query = query.where('id', '>', page.afterId);
  return query.orderBy('id').limit(page.limit).execute();
}

/** Those that are worth something at a time. */
export function activeKeys(
  db: StateDb | StateTransaction,
  { customer, nowMs }: { customer: string; nowMs: number },
): Promise<ApiKeysTable[]> {
  return db
    .selectFrom('api_keys')
    .selectAll()
    .where('customer', '=', customer)
    .where('revoked_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', nowMs)]))
    .execute();
}

export async function insertKey(tx: StateTransaction, row: ApiKeysTable): Promise<void> {
  await tx.insertInto('api_keys').values(row).execute();
}

/** Makes the row of this id what is given, or adds it. */
export async function putKey(tx: StateTransaction, row: ApiKeysTable): Promise<void> {
  const { id: _id, created_at: _createdAt, ...rest } = row;
  await tx
    .insertInto('api_keys')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    .execute();
}

/** Its sessions end with it. False where it was revoked already. */
export async function markRevoked(
  tx: StateTransaction,
  { customer, id, atMs }: { customer: string; id: string; atMs: number },
): Promise<boolean> {
  const result = await tx
    .updateTable('api_keys')
    .set({ revoked_at: atMs })
    .where('id', '=', id)
    .where('customer', '=', customer)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  await tx
    .deleteFrom('sessions')
    .where('customer', '=', customer)
    .where('who', '=', `session:${id}`)
    .execute();
  return result.numUpdatedRows > 0n;
}

export function findSession(db: StateDb, hash: string): Promise<SessionsTable | undefined> {
  return db.selectFrom('sessions').selectAll().where('hash', '=', hash).executeTakeFirst();
}

/** Also clears away sessions that have run out. */
export async function insertSession(tx: StateTransaction, row: SessionsTable): Promise<void> {
  await tx.deleteFrom('sessions').where('expires_at', '<=', row.created_at).execute();
  await tx.insertInto('sessions').values(row).execute();
}

export async function deleteSession(tx: StateTransaction, hash: string): Promise<void> {
  await tx.deleteFrom('sessions').where('hash', '=', hash).execute();
}
