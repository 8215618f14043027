import { type Kysely, sql } from 'kysely';

// Tested by: test/scale/publisher.test.ts

/**
 * For those who tell others of changes in the order in which they became durable: a sequence says who began first, not
 * who was first to commit, so each row also carries its transaction. What was there before is told to nobody.
 */
export async function published(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run(`CREATE TABLE published (
    feed text PRIMARY KEY,
    txid xid8 NOT NULL,
    seq bigint NOT NULL)`);
  for (const table of ['alert_history', 'dead_letters']) {
    await run(`ALTER TABLE ${table} ADD COLUMN txid xid8 NOT NULL DEFAULT pg_current_xact_id()`);
    await run(`CREATE INDEX ${table}_by_transaction ON ${table} (txid, seq)`);
    await run(
      `INSERT INTO published (feed, txid, seq) VALUES ('${table}', pg_current_xact_id(), ${2 ** 31})`,
    );
  }
}
