import type { Selectable } from 'kysely';
import type { AuditTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

export type AuditRow = Omit<Selectable<AuditTable>, 'seq'>;

export async function insertAudit(tx: StateTransaction, row: AuditRow): Promise<void> {
  await tx.insertInto('audit').values(row).execute();
}

export interface AuditFilter {
  customer: string;
  who?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
  /** Only rows older than this one. */
  beforeSeq?: number | undefined;
  limit: number;
}

/** Newest first. */
export function listAuditRows(db: StateDb, filter: AuditFilter): Promise<Selectable<AuditTable>[]> {
  let query = db.selectFrom('audit').selectAll().where('customer', '=', filter.customer);
  if (filter.who !== undefined) query = query.where('who', '=', filter.who);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.target !== undefined) query = query.where('target', '=', filter.target);
  if (filter.fromMs !== undefined) query = query.where('at', '>=', filter.fromMs);
  if (filter.toMs !== undefined) query = query.where('at', '<', filter.toMs);
  if (filter.beforeSeq !== undefined) query = query.where('seq', '<', filter.beforeSeq);
  return query.orderBy('seq', 'desc').limit(filter.limit).execute();
}
