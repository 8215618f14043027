import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What a resolver has to do: like `dns.lookup` with `all: true`. */
export type Resolver = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A host that leads into the platform's own network. */
export class PrivateAddressError extends Error {
  readonly code = 'private_address_refused';

  constructor(host: string) {
    super(`${host} is a private address; VIGIE_ALLOW_PRIVATE_WEBHOOKS=true admits it`);
    this.name = 'PrivateAddressError';
  }
}

/**
 * True for an address of the public internet. Everything else is refused: loopback, private, link-local,
 * unique-local, carrier-grade NAT, multicast, IPv4 within IPv6, documentation and reserved ranges (the IANA
 * special-purpose registries). NAT64 (RFC 6052) is judged by the IPv4 address that it carries.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  const bytes = parsed.toByteArray();
  // ::/96, IPv4 within IPv6 of old (RFC 4291, 2.5.5.1), for which the library has no range.
  if (bytes.length === 16 && bytes.slice(0, 12).every((byte) => byte === 0)) return false;
  if (range !== 'rfc6052') return range === 'unicast';
  // 64:ff9b:1::/48 is for private use (RFC 8215).
  const isWellKnown = bytes.slice(4, 12).every((byte) => byte === 0);
  return isWellKnown && isPublicAddress(bytes.slice(12).join('.'));
}

/** A URL's host without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** True where the host itself says that it is not public: an address as a literal, or a local name. */
export function isPrivateHost(host: string): boolean {
  if (isIP(host) !== 0) return !isPublicAddress(host);
  const name = host.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || name.endsWith('.local');
}

/**
 * A lookup for sockets that answers public addresses only. The socket connects to what is answered here and
 * asks nobody else, so a name that changes its address between check and connection gains nothing.
 */
export function guardedLookup(resolve: Resolver = systemLookup as Resolver): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (first === undefined) return callback(new PrivateAddressError(hostname), '', 0);
      if (options.all) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}
