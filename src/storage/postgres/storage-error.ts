import { VigieError } from '#domain/errors.ts';

// Tested by: storage-error.test.ts

/** PostgreSQL, appendix A: the classes of SQLSTATE that say "no room". */
const FULL = new Set(['53100', '53200']);

/**
 * What the store's callers are told of an error of the driver: `storage_full` or `storage_unavailable`, both to be
 * tried again. The engine's own words name tables and statements: they stay in `cause`, for the log.
 */
export function storageError(error: unknown): VigieError {
  if (error instanceof VigieError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (FULL.has(sqlState(error))) {
    return new VigieError('storage_full', 'The disk is full; nothing of this was stored.', {
      retryAfterSeconds: 10,
      cause,
    });
  }
  return new VigieError(
    'storage_unavailable',
    `The storage does not answer: ${shortReason(cause)}`,
    {
      retryAfterSeconds: 5,
      cause,
    },
  );
}

/** SQLSTATE of a server's error, `''` for anything else. */
export function sqlState(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : '';
}

function shortReason(error: Error): string {
  const code = sqlState(error) || (error as NodeJS.ErrnoException).code;
  return code === undefined ? error.message : `${error.message} (${code})`;
}
