import { ACKNOWLEDGE_LINK_MS, signAcknowledgeToken } from '#domain/acknowledge-token.ts';
import type { Contact, NotificationType } from '#domain/notification.ts';
import { messageKind } from '#engine/messages/message-kind.ts';
import { renderDigest } from '#engine/messages/render-digest.ts';
import { renderWith } from '#engine/messages/render-with.ts';
import { linkSecret } from '#storage/state/link-secret.ts';
import { type ChosenTemplate, chooseTemplate } from '../choose-template.ts';
import type { NotifierContext, Parcel } from '../parcel.ts';

type Context = Pick<NotifierContext, 'state' | 'publicUrl' | 'log'>;

const ASKS_FOR_ACTION: readonly NotificationType[] = ['raised', 'escalated', 'severity_changed'];

/** In the contact's language, time zone and units, and in the words of a template where there is one. */
export async function writeMessage(parcel: Parcel, context: Context): Promise<Parcel> {
  const { contact, payload, type } = parcel;
  const { publicUrl } = context;
  if (parcel.outcome || !contact) return parcel;
  if (payload.digest) {
    const message = renderDigest({ digest: payload.digest, reader: contact, publicUrl });
    return { ...parcel, message };
  }
  const acknowledgeLink = await linkFor(parcel, context);
  const request = { type, payload, reader: contact, publicUrl, acknowledgeLink };
  const template = await templateFor(parcel, contact, context);
  const { message, problem } = renderWith(request, template?.texts);
  if (template === undefined || problem === null) return { ...parcel, message };
  const about = { template: template.id, notification: parcel.row.id, problem };
  context.log.warn(about, 'a template could not be used; the usual words were');
  return { ...parcel, message, note: `template ${template.id} could not be used: ${problem}` };
}

/** Whatever is wrong with templates, the message goes out. */
async function templateFor(
  { row, type, payload }: Parcel,
  contact: Contact,
  { state, log }: Context,
): Promise<ChosenTemplate | undefined> {
  const { customer, policy_id: policyId } = row;
  const kind = messageKind(type, payload);
  try {
    return await chooseTemplate(state.db, { customer, contact, policyId, kind });
  } catch (error) {
    log.error({ err: error, notification: row.id }, 'the templates could not be read');
    return undefined;
  }
}

/** The same for every attempt: a message that comes twice is the same message. */
async function linkFor(
  { row, type, payload: { alert } }: Parcel,
  { state, publicUrl }: Context,
): Promise<string | undefined> {
  if (publicUrl === undefined || !ASKS_FOR_ACTION.includes(type) || alert.acknowledged) {
    return undefined;
  }
  const { customer, alert_id: alertId, contact_id: contactId } = row;
  const expiresMs = (row.released_at ?? row.created_at) + ACKNOWLEDGE_LINK_MS;
  const claims = { customer, alertId, contactId, expiresMs };
  return `${publicUrl}/ack/${signAcknowledgeToken(claims, await linkSecret(state.db))}`;
}
