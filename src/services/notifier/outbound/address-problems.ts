import type { ChannelProblem } from '#operations/contact/channel-port.ts';
import { hostOf, isPrivateHost } from './address-guard.ts';

/** What is wrong with an address that a person has written down; empty where nothing is. Looks up no name. */
export function findAddressProblems(
  address: string,
  { pointer, allowPrivate }: { pointer: string; allowPrivate: boolean },
): ChannelProblem[] {
  if (!URL.canParse(address)) return [{ pointer, detail: 'is not a URL' }];
  const problems: ChannelProblem[] = [];
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') {
    problems.push({ pointer, detail: 'must not carry a user name or a password' });
  }
  const host = hostOf(url);
  if (!allowPrivate && isPrivateHost(host)) {
    problems.push({
      pointer,
      detail: `${host} is a private address; VIGIE_ALLOW_PRIVATE_WEBHOOKS=true admits it`,
      code: 'private_address_refused',
    });
  }
  return problems;
}
