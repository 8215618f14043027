import type { ApiKey } from '#domain/access.ts';
import type { Scope } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import { formatTime, formatTimeOrNull } from '#domain/time.ts';
import type { ApiKeysTable } from '#storage/state/schema.ts';

/** A key as it is shown: neither its text nor its hash. */
export function keyView(row: ApiKeysTable): ApiKey {
  return {
    id: row.id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as Scope[],
    sensors: row.sensors === null ? null : (JSON.parse(row.sensors) as string[]),
    rate_limit: row.rate_limit,
    created_at: formatTime(row.created_at),
    expires_at: formatTimeOrNull(row.expires_at),
    revoked_at: formatTimeOrNull(row.revoked_at),
  };
}

export function noSuchKey(id: string): VigieError {
  return new VigieError('not_found', `There is no key ${id}.`);
}
