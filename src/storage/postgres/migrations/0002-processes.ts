import { type Kysely, sql } from 'kysely';

// Tested by: test/scale/postgres-store.test.ts

/**
 * For several processes over one database: who is working on a notification, and word of every change that people make.
 * Every such change writes an audit row in its own transaction, so a trigger there tells of it if, and only if, it holds.
 */
export async function processes(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run(`ALTER TABLE notifications
    ADD COLUMN claimed_by text,
    ADD COLUMN claimed_until double precision,
    ADD COLUMN claimed_for double precision`);
  await run(`CREATE FUNCTION vigie_tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('vigie_changes', json_build_object(
        'customer', NEW.customer, 'action', NEW.action, 'target', left(NEW.target, 2000))::text);
      RETURN NULL;
    END $$`);
  await run(`CREATE TRIGGER audit_tells AFTER INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION vigie_tell_change()`);
}
