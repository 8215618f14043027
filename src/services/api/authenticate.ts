import type { FastifyRequest } from 'fastify';
import { VigieError } from '#domain/errors.ts';
import { callerOf } from '#operations/access/authenticator.ts';
import { foreignPage, isFromOurPage } from '#platform/same-origin.ts';
import { sessionCookieOf } from '#platform/session-cookie.ts';
import type { ApiOptions } from './api-options.ts';

/** How a request says who it is from. */
function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

type IdentifyOptions = Pick<ApiOptions, 'authenticator' | 'rateLimiter' | 'services'>;

/**
 * Makes the function that finds out who asks, by a key (`Authorization: Bearer`) or else a session cookie, and
 * holds the caller to the rate of the key. It throws `unauthenticated`, `forbidden` (a foreign page used the
 * cookie) or `rate_limited`.
 */
export function createIdentify(options: IdentifyOptions) {
  const { authenticator, rateLimiter, services } = options;
  return async function identify(request: FastifyRequest): Promise<void> {
    const { authorization, cookie } = request.headers;
    const session = authorization === undefined ? sessionCookieOf(cookie) : undefined;
    const key = bearerOf(authorization);
    const identity =
      key !== undefined
        ? await authenticator.authenticateKey(key)
        : session !== undefined
          ? await authenticator.authenticateSession(session)
          : undefined;
    if (identity === undefined) {
      throw new VigieError('unauthenticated', 'Send a valid key: Authorization: Bearer <key>.');
    }
    if (session !== undefined && !isFromOurPage(request, services.settings.publicUrl)) {
      throw foreignPage();
    }
    const waitSeconds = rateLimiter.take(identity.who, identity.rateLimit);
    if (waitSeconds > 0) {
      throw new VigieError('rate_limited', 'This key sends more requests than it may.', {
        retryAfterSeconds: waitSeconds,
      });
    }
    request.caller = callerOf(identity, request.id);
    request.callerExpiresMs = identity.expiresMs;
  };
}
