import type { Contact } from '#domain/notification.ts';
import { failuresOfContacts } from '#storage/state/contact-failures.ts';
import type { OperationContext } from '../context.ts';
import { maskContact } from './contact-secrets.ts';

// Tested by: contact.test.ts

/** Contacts as answers show them: without secrets, and with what keeps them from being reached. */
export async function withFailures(
  ctx: OperationContext,
  contacts: readonly Contact[],
): Promise<Contact[]> {
  const failing = await failuresOfContacts(ctx.state.db, {
    customer: ctx.caller.customer,
    contacts: contacts.map(({ id, updated_at: at }) => ({ id, updatedMs: Date.parse(at) })),
  });
  return contacts.map((contact) => {
    const failure = failing.get(contact.id);
    return { ...maskContact(ctx.channels, contact), ...(failure ? { failing: failure } : {}) };
  });
}
