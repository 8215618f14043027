import { Type } from 'typebox';
import { SessionInput } from '#domain/access.ts';
import { SCOPES } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import { DateTime } from '#domain/page.ts';
import { formatTimeOrNull } from '#domain/time.ts';
import { createSession } from '#operations/access/create-session.ts';
import { endSession } from '#operations/access/end-session.ts';
import { RateLimiter } from '#platform/rate-limiter.ts';
import { sessionCookieOf, setSessionCookie } from '#platform/session-cookie.ts';
import { Nothing } from '../../answers.ts';
import { type ApiInstance, callerOfRequest, type RouteContext } from '../../api-instance.ts';

// Tested by: ../../session.test.ts

const tags = ['Access'];
/** Attempts to sign in from one address, a second. */
const ATTEMPTS_PER_SECOND = 5;

const SessionAnswer = Type.Object(
  {
    who: Type.String(),
    customer: Type.String(),
    scopes: Type.Array(Type.Enum(SCOPES)),
    expires_at: Type.Union([DateTime, Type.Null()]),
  },
  { title: 'Session' },
);

export function sessionRoutes(app: ApiInstance, api: RouteContext): void {
  const { state, clock, settings } = api.services;
  const isSecure = settings.publicUrl.startsWith('https:');
  const attempts = new RateLimiter({ perSecond: ATTEMPTS_PER_SECOND, burstSeconds: 4 });

  app.post(
    '/v1/session',
    {
      config: { isOpen: true },
      schema: {
        tags,
        summary: 'Sign in',
        description: 'With an API key or a one-time code; answers the session cookie.',
        body: SessionInput,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const waitSeconds = attempts.take(request.ip);
      if (waitSeconds > 0) {
        const detail = 'Too many attempts to sign in from this address.';
        throw new VigieError('rate_limited', detail, { retryAfterSeconds: waitSeconds });
      }
      const ctx = { state, clock, authenticator: api.authenticator, codes: api.codes };
      const { cookie, expiresMs } = await createSession({ ctx, input: request.body });
      const maxAgeSeconds = (expiresMs - clock.now()) / 1000;
      return reply
        .code(204)
        .header('set-cookie', setSessionCookie(cookie, { maxAgeSeconds, isSecure }))
        .send(null);
    },
  );
  app.get(
    '/v1/session',
    { schema: { tags, summary: 'Who am I?', response: { 200: SessionAnswer } } },
    (request) => {
      const { who, customer, scopes } = callerOfRequest(request);
      return {
        who,
        customer,
        scopes: [...scopes],
        expires_at: formatTimeOrNull(request.callerExpiresMs),
      };
    },
  );
  app.delete(
    '/v1/session',
    { schema: { tags, summary: 'Sign out', response: { 204: Nothing } } },
    async (request, reply) => {
      const cookie = sessionCookieOf(request.headers.cookie);
      const ctx = { state, clock, authenticator: api.authenticator };
      if (cookie !== undefined) await endSession({ ctx, input: { cookie } });
      return reply
        .code(204)
        .header('set-cookie', setSessionCookie('', { maxAgeSeconds: 0, isSecure }))
        .send(null);
    },
  );
}
