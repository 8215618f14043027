import type { Contact } from '#domain/notification.ts';
import { findDocument } from '#storage/state/documents.ts';
import { authorize, type OperationContext } from '../context.ts';
import { parseBody, writeDocument } from '../documents.ts';
import { checkSameId, checkThingId } from '../path-id.ts';
import {
  checkTemplate,
  contactDetail,
  makeContact,
  readContactInput,
  readySettings,
} from './contact-input.ts';
import { maskSettings } from './contact-secrets.ts';

/**
 * Makes the contact what is given, whole, except that a secret which is left out, or sent back masked, stays. A secret
 * that the platform makes (there was none) is shown in this answer alone.
 */
export async function putContact({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown; ifMatch?: readonly string[] | undefined };
}): Promise<{ created: boolean; item: Contact }> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const { id } = input;
  checkThingId(id);
  const contact = readContactInput(ctx, input.body);
  checkSameId(id, contact.id);
  // Settings may need names looked up: that is done before the transaction, not within it.
  const row = await findDocument(ctx.state.db, { customer, kind: 'contact', id });
  const previous = row && parseBody<Contact>(row);
  const settings = await readySettings(ctx, contact, previous);
  const made = ctx.channels
    .secretFields(contact.channel)
    .filter(
      (field) =>
        contact.settings[field] === undefined && previous?.settings[field] !== settings[field],
    );
  const { created, item } = await writeDocument<Contact>(ctx, {
    kind: 'contact',
    id,
    verb: 'put',
    detail: contactDetail(ctx, contact),
    ifMatch: input.ifMatch,
    async make(facts, tx) {
      await checkTemplate(ctx, contact, tx);
      return makeContact(contact, settings, facts);
    },
  });
  ctx.bus.publish('routing.changed', { customer });
  return { created, item: { ...item, settings: maskSettings(ctx.channels, item, made) } };
}
