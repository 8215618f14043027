import { VigieError } from '#domain/errors.ts';
import type { OperationServices } from '../context.ts';
import { acknowledgeAlert } from './acknowledge.ts';
import { knownAlert } from './get.ts';
import { findLink, type LinkAnswer, type LinkInput, linkPage } from './link.ts';

// Tested by: link.test.ts

/** Acknowledges the alert of a link in the name of its contact. Where somebody has done so before, it says who. */
export async function acknowledgeByLink({
  ctx,
  input,
}: {
  ctx: OperationServices;
  input: LinkInput & { requestId: string };
}): Promise<LinkAnswer> {
  const found = await findLink({ ctx, input });
  if ('page' in found) return found;
  const { contact } = found;
  const { customer, id } = found.alert;
  // The signature stands for the scope: it lets this contact do this to this alert, and nothing else.
  const caller = {
    customer,
    who: `contact:${contact.id}`,
    scopes: ['admin'],
    requestId: input.requestId,
  } as const;
  let isDone = true;
  try {
    await acknowledgeAlert({ ctx: { ...ctx, caller }, input: { id } });
  } catch (error) {
    if (!(error instanceof VigieError) || error.code !== 'invalid_state') throw error;
    isDone = false;
  }
  const alert = await knownAlert(ctx.state.db, customer, id);
  return { status: 200, page: await linkPage(ctx, { alert, contact }, isDone) };
}
