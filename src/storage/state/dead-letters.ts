import type { Selectable } from 'kysely';
import type { DeadLettersTable } from './schema.ts';
import type { StateDb } from './state-store.ts';

export interface DeadLetterFilter {
  customer: string;
  code?: string | undefined;
  sensorId?: string | undefined;
  /** Bounds of the receipt: inclusive, exclusive. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
  /** Only letters older than this one. */
  beforeSeq?: number | undefined;
  limit: number;
}

/** Named, because an engine may keep more beside them. */
const COLUMNS = [
  'seq',
  'customer',
  'received_at',
  'source',
  'sensor_id',
  'code',
  'pointer',
  'detail',
  'payload',
] as const satisfies readonly (keyof DeadLettersTable)[];

/** Newest first. */
export function listDeadLetterRows(
  db: StateDb,
  filter: DeadLetterFilter,
): Promise<Selectable<DeadLettersTable>[]> {
  let query = db.selectFrom('dead_letters').select(COLUMNS).where('customer', '=', filter.customer);
  if (filter.code !== undefined) query = query.where('code', '=', filter.code);
  if (filter.sensorId !== undefined) query = query.where('sensor_id', '=', filter.sensorId);
  if (filter.fromMs !== undefined) query = query.where('received_at', '>=', filter.fromMs);
  if (filter.toMs !== undefined) query = query.where('received_at', '<', filter.toMs);
  if (filter.beforeSeq !== undefined) query = query.where('seq', '<', filter.beforeSeq);
  return query.orderBy('seq', 'desc').limit(filter.limit).execute();
}

/** How many of a customer's dead letters are kept. */
export const DEAD_LETTERS_KEPT = 100_000;
const PRUNE_STEP = 500;

/**
 * Removes all but the newest letters of every customer, the oldest first, in statements of at most 500 rows, so that
 * others take their turn in between. Answers how many went; stops early once the signal says so.
 */
export async function pruneDeadLetters(
  db: StateDb,
  { keep = DEAD_LETTERS_KEPT, signal }: { keep?: number; signal?: AbortSignal | undefined } = {},
): Promise<number> {
  let removed = 0;
  const customers = await db.selectFrom('dead_letters').select('customer').distinct().execute();
  for (const { customer } of customers) {
    const own = db.selectFrom('dead_letters').select('seq').where('customer', '=', customer);
    const newest = await own.orderBy('seq', 'desc').limit(1).offset(keep).executeTakeFirst();
    while (newest !== undefined && !signal?.aborted) {
      const step = await own
        .where('seq', '<=', newest.seq)
        .orderBy('seq')
        .limit(PRUNE_STEP)
        .execute();
      const last = step.at(-1);
      if (last === undefined) break;
      await db
        .deleteFrom('dead_letters')
        .where('customer', '=', customer)
        .where('seq', '<=', last.seq)
        .execute();
      removed += step.length;
    }
  }
  return removed;
}
