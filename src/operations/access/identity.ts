import type { Scope } from '#domain/caller.ts';
import type { ApiKeysTable, SessionsTable } from '#storage/state/schema.ts';

// Tested by: authenticator.test.ts

/** Whose a key or session is, and what it may do. */
export interface Identity {
  keyId: string;
  customer: string;
  /** `key:<id>` or `session:<id>`. */
  who: string;
  scopes: readonly Scope[];
  /** Sensors that the key may send for (patterns); undefined = all. */
  sensors: readonly string[] | undefined;
  /** Requests a second; undefined = the platform's default. */
  rateLimit: number | undefined;
  expiresMs: number | undefined;
}

export function identityOfKey(row: ApiKeysTable): Identity {
  return {
    keyId: row.id,
    customer: row.customer,
    who: `key:${row.id}`,
    scopes: JSON.parse(row.scopes) as Scope[],
    sensors: row.sensors === null ? undefined : (JSON.parse(row.sensors) as string[]),
    rateLimit: row.rate_limit ?? undefined,
    expiresMs: row.expires_at ?? undefined,
  };
}

const SESSION = 'session:';

export function identityOfSession(row: SessionsTable): Identity {
  return {
    keyId: row.who.slice(SESSION.length),
    customer: row.customer,
    who: row.who,
    scopes: JSON.parse(row.scopes) as Scope[],
    sensors: undefined,
    rateLimit: undefined,
    expiresMs: row.expires_at,
  };
}

export function sessionOf(keyId: string): string {
  return `${SESSION}${keyId}`;
}
