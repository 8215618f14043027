import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VigieError } from '#domain/errors.ts';

interface KnownRoute {
  pattern: RegExp;
  methods: Set<string>;
}

/** Answers a request that no route takes; false where it is not its own either. */
export type LastAnswer = (request: FastifyRequest, reply: FastifyReply) => boolean;

/**
 * Answers 405 with `Allow` where the address is known under another method, else what `last` makes of it, else 404.
 * Must be called before the routes are registered.
 */
export function answerUnknownRoutes(app: FastifyInstance, last: LastAnswer): void {
  const routes = new Map<string, KnownRoute>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const one of Array.isArray(method) ? method : [method]) known.methods.add(one);
    routes.set(url, known);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allow = [...routes.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap(({ methods }) => [...methods]);
    if (allow.length === 0 || allow.includes(request.method)) {
      if (last(request, reply)) return reply;
      throw new VigieError('not_found', `There is nothing at ${path.slice(0, 200)}.`);
    }
    throw new VigieError('method_not_allowed', `${request.method} is not allowed here.`, {
      extra: { allow: [...new Set(allow)].sort() },
    });
  });
}

/** `/v1/sensors/:id` → the expression that its addresses match. */
function patternOf(url: string): RegExp {
  const escaped = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+')}$`);
}
