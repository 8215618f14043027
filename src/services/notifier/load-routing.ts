import type { Contact, Policy } from '#domain/notification.ts';
import { prepareRouting, type Routing } from '#engine/routing/prepare-routing.ts';
import { documentRows } from '#storage/state/fleet-rows.ts';
import type { StateDb } from '#storage/state/state-store.ts';

/** A customer's policies and contacts as they are now. */
export async function loadRouting(db: StateDb, customer: string): Promise<Routing> {
  const [policies, contacts] = await Promise.all([
    documentRows(db, 'policy', customer),
    documentRows(db, 'contact', customer),
  ]);
  return prepareRouting(
    policies.map(({ body }) => JSON.parse(body) as Policy),
    contacts.map(({ body }) => JSON.parse(body) as Contact),
  );
}
