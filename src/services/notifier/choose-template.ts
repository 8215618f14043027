import type { MessageKind } from '#domain/message-kinds.ts';
import type { Contact, Policy } from '#domain/notification.ts';
import { DEFAULT_TEMPLATE, type Template } from '#domain/template.ts';
import { type ChosenTexts, chooseTexts } from '#engine/messages/template-text.ts';
import { allDocuments } from '#operations/documents.ts';
import { findDocument } from '#storage/state/documents.ts';
import type { StateDb } from '#storage/state/state-store.ts';

// Tested by: stages/write-message.test.ts

/** The words that a template has for a message. */
export interface ChosenTemplate {
  id: string;
  texts: ChosenTexts;
}

/**
 * The template of the contact, else that of the policy, else the customer's default: the first that has words for this
 * language, channel and event. One that is gone is passed over. undefined where none has: the usual words serve.
 */
export async function chooseTemplate(
  db: StateDb,
  about: { customer: string; contact: Contact; policyId: string | null; kind: MessageKind },
): Promise<ChosenTemplate | undefined> {
  const { customer, contact, policyId, kind } = about;
  const templates = await Array.fromAsync(
    allDocuments<Template>(db, { customer, kind: 'template' }),
  );
  // As is usual: no policy has to be looked up.
  if (templates.length === 0) return undefined;
  const policy =
    policyId === null
      ? undefined
      : await findDocument(db, { customer, kind: 'policy', id: policyId });
  const ofPolicy = policy && (JSON.parse(policy.body) as Policy).template;
  const { language, channel } = contact;
  for (const id of [contact.template, ofPolicy, DEFAULT_TEMPLATE]) {
    const template = templates.find((one) => one.id === id);
    const texts = template && chooseTexts(template.texts, { language, channel, kind });
    if (template && texts) return { id: template.id, texts };
  }
  return undefined;
}
