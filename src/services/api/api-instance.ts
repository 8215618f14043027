import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { Caller, Scope } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import type { OperationContext } from '#operations/context.ts';
import type { ApiOptions } from './api-options.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on open routes. */
    caller: Caller | null;
    /** When the key or session that it came with ends, ms. */
    callerExpiresMs: number | undefined;
  }
  interface FastifyContextConfig {
    /** Anybody may call; without it a key or a session is asked for. */
    isOpen?: boolean;
    /** What the caller's key must allow; checked by the operation, shown in the documentation. */
    scope?: Scope;
  }
}

export type ApiInstance = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What routes are made with. */
export interface RouteContext extends ApiOptions {
  /** The context of an operation for the caller of a request. */
  ctxOf(request: FastifyRequest): OperationContext;
  /** Finds the caller where a route that is open to some wants one from others. */
  identify(request: FastifyRequest): Promise<void>;
}

/** The caller of a route that is not open. */
export function callerOfRequest(request: FastifyRequest): Caller {
  if (request.caller === null) throw new VigieError('unauthenticated', 'A valid key is needed.');
  return request.caller;
}
