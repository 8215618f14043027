export const DELIVERY_STATES = ['queued', 'sent', 'failed', 'given_up'] as const;

/** What is in the address of the ledger. */
export interface LedgerSearch {
  state?: (typeof DELIVERY_STATES)[number] | undefined;
  contact_id?: string | undefined;
}

export function readLedgerSearch(search: Record<string, unknown>): LedgerSearch {
  const state = DELIVERY_STATES.find((name) => name === search.state);
  const contact = search.contact_id === undefined ? undefined : String(search.contact_id);
  return { ...(state && { state }), ...(contact && { contact_id: contact }) };
}
