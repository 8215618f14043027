export const SCOPES = ['ingest', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** The customer that a platform starts with. */
export const MAIN_CUSTOMER = 'main';

/** Who asks: every operation takes one and sees only this customer's things. */
export interface Caller {
  customer: string;
  /** `key:<id>`, `session:<key id>`, `contact:<id>` (by a signed link) or `system`; written into the audit. */
  who: string;
  scopes: readonly Scope[];
  /** Ingest keys can be bound to sensors (glob patterns); undefined = all. */
  sensors?: readonly string[];
  requestId: string;
}

export function systemCaller(customer: string, requestId = 'system'): Caller {
  return { customer, who: 'system', scopes: SCOPES, requestId };
}
