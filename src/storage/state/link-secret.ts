import { randomBytes } from 'node:crypto';
import type { StateDb } from './state-store.ts';

// Tested by: storage/contract/state-store.contract.ts

const KEY = 'link_secret';

/** What links in messages are signed with, the same for every process of a platform; made when it is first asked for. */
export async function linkSecret(db: StateDb): Promise<string> {
  const known = await readSecret(db);
  if (known !== undefined) return known;
  await db
    .insertInto('meta')
    .values({ key: KEY, value: randomBytes(32).toString('base64url') })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const made = await readSecret(db);
  if (made === undefined) throw new Error('the secret of links was written and is not there');
  return made;
}

async function readSecret(db: StateDb): Promise<string | undefined> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', KEY).executeTakeFirst();
  return row?.value;
}
