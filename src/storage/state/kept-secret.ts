import type { StateDb } from './state-store.ts';

// Tested by: storage/contract/state-store.contract.ts

/** A secret of the platform, the same for every one of its processes; made when it is first asked for. */
export async function keptSecret(
  db: StateDb,
  { key, make }: { key: string; make: () => string },
): Promise<string> {
  const known = await readSecret(db, key);
  if (known !== undefined) return known;
  await db
    .insertInto('meta')
    .values({ key, value: make() })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const made = await readSecret(db, key);
  if (made === undefined) throw new Error(`the secret ${key} was written and is not there`);
  return made;
}

async function readSecret(db: StateDb, key: string): Promise<string | undefined> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}
