import type { NotifierContext, Parcel } from '../parcel.ts';

/** The channel that the contact uses now, which may be another than when the notification was made. */
export function findChannel(parcel: Parcel, { channels }: NotifierContext): Parcel {
  const { contact } = parcel;
  if (parcel.outcome || !contact) return parcel;
  const channel = channels.get(contact.channel);
  if (channel) return { ...parcel, channel };
  const detail = `there is no channel '${contact.channel}'`;
  return { ...parcel, outcome: { ok: false, retryable: false, detail } };
}
