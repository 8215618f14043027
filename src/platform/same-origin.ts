import type { IncomingHttpHeaders } from 'node:http';
import { VigieError } from '#domain/errors.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * True where a request that a cookie signs in may be followed: it only reads, or the browser says that a
 * page of ours sent it (`Sec-Fetch-Site`, else `Origin`). Without either no browser sent it: they name a foreign
 * page in one or the other. A key in a header needs no such proof, since no foreign page can add it.
 */
export function isFromOurPage(
  request: { method: string; headers: IncomingHttpHeaders },
  publicUrl: string,
): boolean {
  if (SAFE_METHODS.has(request.method)) return true;
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { host: originHost, origin: originOrigin } = new URL(origin);
  return (
    originHost === host || (URL.canParse(publicUrl) && originOrigin === new URL(publicUrl).origin)
  );
}

/** What a request is refused with that is not from our page. */
export function foreignPage(): VigieError {
  return new VigieError('forbidden', 'Another site may not use this session.');
}
