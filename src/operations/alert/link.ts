import { readAcknowledgeToken } from '#domain/acknowledge-token.ts';
import { errorStatus } from '#domain/errors.ts';
import type { Language } from '#domain/language.ts';
import type { Contact } from '#domain/notification.ts';
import {
  type AcknowledgePage,
  type LinkProblem,
  renderAcknowledgePage,
  renderLinkProblem,
} from '#engine/messages/render-acknowledge-page.ts';
import { findAlert } from '#storage/state/alerts.ts';
import { findDocument } from '#storage/state/documents.ts';
import { linkSecret } from '#storage/state/link-secret.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { OperationServices } from '../context.ts';
import { parseBody } from '../documents.ts';
import { payloadOfAlert } from './payload-of-alert.ts';

// Tested by: link.test.ts

export interface LinkInput {
  token: string;
  /** Where the token does not tell who reads. */
  language: Language;
}

/** What is answered to whoever follows a link. */
export interface LinkAnswer {
  status: number;
  /** Absent where the link can be used. */
  code?: LinkProblem;
  page: AcknowledgePage;
}

/** A link that holds: its contact is there, and so is its alert. */
export interface OpenLink {
  alert: AlertsTable;
  contact: Contact;
}

/** Shows the alert of a link. Changes nothing: mail scanners and previews open links too. */
export async function showLink({
  ctx,
  input,
}: {
  ctx: OperationServices;
  input: LinkInput;
}): Promise<LinkAnswer> {
  const found = await findLink({ ctx, input });
  return 'page' in found ? found : { status: 200, page: await linkPage(ctx, found, false) };
}

/** The alert and the contact of a link, else why there are none. A contact who was taken out can no longer use theirs. */
export async function findLink({
  ctx,
  input,
}: {
  ctx: OperationServices;
  input: LinkInput;
}): Promise<OpenLink | LinkAnswer> {
  const { db } = ctx.state;
  const secret = await linkSecret(db);
  const token = readAcknowledgeToken(input.token, { secret, nowMs: ctx.clock.now() });
  if (!token.ok && token.code === 'link_invalid') return refusal(token.code, input.language);
  const { customer, alertId, contactId } = token.claims;
  const kept = await findDocument(db, { customer, kind: 'contact', id: contactId });
  if (kept === undefined) return refusal('link_invalid', input.language);
  const contact = parseBody<Contact>(kept);
  if (!token.ok) return refusal(token.code, contact.language);
  const alert = await findAlert(db, { customer, id: alertId });
  return alert === undefined ? refusal('not_found', contact.language) : { alert, contact };
}

/** The alert as it is now, in the words of the contact. */
export async function linkPage(
  { state: { db } }: OperationServices,
  { alert, contact }: OpenLink,
  isDone: boolean,
): Promise<AcknowledgePage> {
  const payload = await payloadOfAlert(db, alert);
  return renderAcknowledgePage({ payload, reader: contact, isDone });
}

function refusal(code: LinkProblem, language: Language): LinkAnswer {
  return { status: errorStatus(code), code, page: renderLinkProblem(code, language) };
}
