import type { Contact } from '#domain/notification.ts';
import { uuidV7 } from '#platform/ids.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import {
  checkTemplate,
  contactDetail,
  makeContact,
  readContactInput,
  readySettings,
} from './contact-input.ts';
import { maskSettings } from './contact-secrets.ts';

/** Makes a contact. A secret that the platform makes for it is shown in this answer alone. */
export async function createContact({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<Contact> {
  authorize(ctx, 'admin');
  const contact = readContactInput(ctx, input);
  const settings = await readySettings(ctx, contact, undefined);
  const made = ctx.channels
    .secretFields(contact.channel)
    .filter((field) => contact.settings[field] === undefined);
  const { item } = await writeDocument<Contact>(ctx, {
    kind: 'contact',
    id: contact.id ?? uuidV7(ctx.clock.now()),
    verb: 'create',
    detail: contactDetail(ctx, contact),
    async make(facts, tx) {
      await checkTemplate(ctx, contact, tx);
      return makeContact(contact, settings, facts);
    },
  });
  ctx.bus.publish('routing.changed', { customer: ctx.caller.customer });
  return { ...item, settings: maskSettings(ctx.channels, item, made) };
}
