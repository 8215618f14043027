import type { Pool } from 'pg';
import type { StorageUse } from '../storage-meter.ts';
import type { Capabilities } from './capabilities.ts';
import { storageError } from './storage-error.ts';

// Tested by: test/scale/postgres-app.test.ts

/**
 * The whole database, indexes and compressed pieces included: one question, which the server answers from the sizes of
 * its files. How much room its disk has left it does not say.
 */
export async function measureDatabase(
  pool: Pool,
  { url, capabilities }: { url: string; capabilities: Capabilities },
): Promise<StorageUse> {
  const { rows } = await pool
    .query<{ bytes: number; name: string; version: string }>(
      `SELECT pg_database_size(current_database()) AS bytes, current_database() AS name,
              current_setting('server_version') AS version`,
    )
    .catch((error) => {
      throw storageError(error);
    });
  const { bytes, name, version } = rows[0]!;
  const engine = `PostgreSQL ${version.split(' ')[0]}${capabilities.chunks ? ', TimescaleDB' : ''}`;
  return { engine, place: `${hostOf(url)}/${name}`, bytes, parts: [], freeBytes: undefined };
}

/** Host and port alone: a URL has a password. */
function hostOf(url: string): string {
  return URL.parse(url)?.host || 'localhost';
}
