import type { Contact } from '#domain/notification.ts';
import { dissolveDigest } from '#storage/state/bundles.ts';
import type { NotifierContext, Parcel } from '../parcel.ts';
import { routeAnew } from '../route-anew.ts';

/**
 * The contact as it is now: who has been taken out or disabled since is left in peace. Where nobody else is told, others
 * are told instead, so that no alert goes silent.
 */
export function findContact(parcel: Parcel, context: NotifierContext): Parcel | Promise<Parcel> {
  const { contact: body, contact_id: id } = parcel.row;
  if (body === null) return giveUp(parcel, context, `the contact '${id}' is gone`);
  const contact = JSON.parse(body) as Contact;
  if (!contact.enabled) return giveUp(parcel, context, `the contact '${id}' is disabled`);
  return { ...parcel, contact };
}

async function giveUp(
  parcel: Parcel,
  { state, clock }: NotifierContext,
  reason: string,
): Promise<Parcel> {
  if (parcel.type === 'digest') {
    // Each of them finds its own way to somebody else.
    await state.transaction((tx) => dissolveDigest(tx, parcel.row.id, clock.now()));
    return { ...parcel, outcome: { ok: false, retryable: false, detail: reason } };
  }
  const others = await routeAnew(state, parcel, clock.now());
  const shown = others.slice(0, 10).join(', ') + (others.length > 10 ? ', …' : '');
  const detail = others.length === 0 ? reason : `${reason}; told instead: ${shown}`;
  return { ...parcel, outcome: { ok: false, retryable: false, detail } };
}
