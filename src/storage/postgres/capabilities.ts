import type { Pool } from 'pg';

// Tested by: test/scale/postgres-store.test.ts

/** What an engine behind the same statements can do by itself. Code asks this table, never for an engine's name. */
export interface Capabilities {
  /** Cuts the samples into pieces of a day by itself; elsewhere the platform makes daily partitions. */
  readonly chunks: boolean;
  /** Keeps old samples compressed, segmented by series. */
  readonly compression: boolean;
  /** Refreshes rollups by itself when told to; elsewhere the platform computes them. */
  readonly continuousAggregates: boolean;
}

export const ENGINES = {
  plain: { chunks: false, compression: false, continuousAggregates: false },
  timescale: { chunks: true, compression: true, continuousAggregates: true },
} as const satisfies Record<string, Capabilities>;

/**
 * Uses the extension where the database has it or may have it. Tables that were made without it stay as they are: an
 * extension that is installed later does not change them.
 */
export async function detectCapabilities(pool: Pool): Promise<Capabilities> {
  const { rows } = await pool.query<{
    installed: boolean;
    available: boolean;
    partitioned: boolean;
  }>(
    `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') AS installed,
            EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AS available,
            EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass('samples')) AS partitioned`,
  );
  if (rows[0]?.partitioned) return ENGINES.plain;
  if (rows[0]?.installed) return ENGINES.timescale;
  if (!rows[0]?.available) return ENGINES.plain;
  try {
    await pool.query('CREATE EXTENSION IF NOT EXISTS timescaledb');
    return ENGINES.timescale;
  } catch {
    // Not preloaded, or this role may not: everything works without it.
    return ENGINES.plain;
  }
}
