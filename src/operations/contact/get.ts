import type { Contact } from '#domain/notification.ts';
import { authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';
import { maskContact } from './contact-secrets.ts';

export async function getContact({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<Contact> {
  authorize(ctx, 'read');
  return maskContact(ctx.channels, await loadDocument<Contact>(ctx, 'contact', input.id));
}
