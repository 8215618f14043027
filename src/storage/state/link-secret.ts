import { randomBytes } from 'node:crypto';
import { keptSecret } from './kept-secret.ts';
import type { StateDb } from './state-store.ts';

// Tested by: storage/contract/state-store.contract.ts

const KEY = 'link_secret';

/** What links in messages are signed with. */
export function linkSecret(db: StateDb): Promise<string> {
  return keptSecret(db, { key: KEY, make: () => randomBytes(32).toString('base64url') });
}
