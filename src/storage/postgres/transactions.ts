import { setTimeout as sleep } from 'node:timers/promises';
import type { StateDb, StateStore } from '../state/state-store.ts';
import { sqlState } from './storage-error.ts';

// Tested by: storage/contract/state-store.contract.ts

/** Serialization failure and deadlock: the whole transaction may simply be run again. */
const AGAIN = new Set(['40001', '40P01']);
const RETRY = { attempts: 12, minDelayMs: 2, maxDelayMs: 200 };

/**
 * Transactions that behave as if one came after the other, as those of the embedded engine do: what `work` has read is
 * still true when it commits. Where another got in the way, `work` runs again from its beginning.
 */
export function serializable(db: StateDb): StateStore['transaction'] {
  return async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await db.transaction().setIsolationLevel('serializable').execute(work);
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined;
        if (attempt >= RETRY.attempts || !AGAIN.has(sqlState(cause))) throw error;
        const longestMs = Math.min(RETRY.minDelayMs * 2 ** attempt, RETRY.maxDelayMs);
        await sleep(longestMs * Math.random());
      }
    }
  };
}
