import type { Contact, Policy } from '#domain/notification.ts';
import type { OnCall } from '#domain/on-call.ts';
import { prepareRouting, type Routing } from '#engine/routing/prepare-routing.ts';
import type { StateDb, StateTransaction } from '#storage/state/state-store.ts';
import { allDocuments } from '../documents.ts';

// Tested by: policy.test.ts

/** A customer's policies, contacts and rotations as they are now. */
export async function loadRouting(
  db: StateDb | StateTransaction,
  customer: string,
): Promise<Routing> {
  const all = <T>(kind: 'policy' | 'contact' | 'on-call') =>
    Array.fromAsync(allDocuments<T>(db, { customer, kind }));
  const policies = await all<Policy>('policy');
  const contacts = await all<Contact>('contact');
  return prepareRouting(policies, contacts, await all<OnCall>('on-call'));
}
