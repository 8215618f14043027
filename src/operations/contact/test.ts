import type { Contact } from '#domain/notification.ts';
import type { ContactTestResult } from '#domain/questions.ts';
import { audited, authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';

/** Sends a test message to the contact now, and says what became of it. */
export async function testContact({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<ContactTestResult> {
  authorize(ctx, 'admin');
  const contact = await loadDocument<Contact>(ctx, 'contact', input.id);
  const result = await ctx.channels.sendTest(contact, ctx.caller.customer);
  const change = { action: 'contact.test', target: `contact/${input.id}`, detail: result };
  await audited(ctx, change, () => Promise.resolve());
  return result;
}
