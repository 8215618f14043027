import type { RequestHead } from './front-door/whole-call.ts';
import { uuidV7 } from './ids.ts';

const ids = new WeakMap<RequestHead, string>();

/** The id of a request: what a proxy gave it in `X-Request-Id` where that is harmless, else a UUID; always the same for one request. */
export function requestIdOf(request: RequestHead): string {
  let id = ids.get(request);
  if (id === undefined) {
    const given = request.headers['x-request-id'];
    id = typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : uuidV7();
    ids.set(request, id);
  }
  return id;
}
