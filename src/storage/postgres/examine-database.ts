import pg from 'pg';
import { connectionOptions } from './pool.ts';

// Tested by: test/scale/postgres-app.test.ts

export interface DatabaseReport {
  /** Such as `15.20`. */
  version: string;
  isRecentEnough: boolean;
  /** Version of the TimescaleDB extension; null where the database is without. */
  timescale: string | null;
  /** Milliseconds by which the server's clock is ahead of this machine's. */
  clockAheadMs: number;
  /** Whether the role may make the tables, or has made them. */
  mayCreate: boolean;
  /** Settings under which an acknowledgement does not mean "on disk". */
  unsafe: string[];
}

const OLDEST_VERSION = 150_000;

/** Looks at a database without changing it. Throws what the driver says where it cannot be reached. */
export async function examineDatabase(url: string): Promise<DatabaseReport> {
  const client = new pg.Client({
    ...connectionOptions(url, 'vigie doctor'),
    query_timeout: 5000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{
      version: string;
      number: number;
      timescale: string | null;
      now_ms: number;
      may_create: boolean;
      fsync: string;
      synchronous_commit: string;
    }>(`SELECT current_setting('server_version') AS version,
      current_setting('server_version_num')::integer AS number,
      (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescale,
      extract(epoch FROM clock_timestamp())::double precision * 1000 AS now_ms,
      has_schema_privilege(current_schema(), 'CREATE') AS may_create,
      current_setting('fsync') AS fsync,
      current_setting('synchronous_commit') AS synchronous_commit`);
    const [row] = rows;
    return {
      version: row!.version.split(' ')[0]!,
      isRecentEnough: row!.number >= OLDEST_VERSION,
      timescale: row!.timescale,
      clockAheadMs: row!.now_ms - Date.now(),
      mayCreate: row!.may_create,
      unsafe: [
        ...(row!.fsync === 'on' ? [] : ['fsync is off']),
        ...(row!.synchronous_commit === 'off' ? ['synchronous_commit is off'] : []),
      ],
    };
  } finally {
    await client.end();
  }
}
