import type { Contact } from '#domain/notification.ts';
import { authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';
import { withFailures } from './with-failures.ts';

export async function getContact({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<Contact> {
  authorize(ctx, 'read');
  const contact = await loadDocument<Contact>(ctx, 'contact', input.id);
  const [shown] = await withFailures(ctx, [contact]);
  return shown as Contact;
}
