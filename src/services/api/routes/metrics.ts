import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { authorize } from '#operations/context.ts';
import type { ApiInstance, RouteContext } from '../api-instance.ts';

/** True for a request from this machine that no proxy has passed on. */
export function isFromLoopback(request: Pick<FastifyRequest, 'headers' | 'socket'>): boolean {
  const { headers, socket } = request;
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

export function metricsRoutes(app: ApiInstance, api: RouteContext): void {
  app.get(
    '/metrics',
    {
      config: { isOpen: true },
      schema: {
        tags: ['Operations'],
        summary: 'Read metrics',
        description:
          'Prometheus text format. Open to the machine itself; from elsewhere it needs a key with the scope read.',
        produces: ['text/plain'],
        response: { 200: Type.String({ description: 'Metrics' }) },
      },
    },
    async (request, reply) => {
      if (!isFromLoopback(request)) {
        await api.identify(request);
        authorize(api.ctxOf(request), 'read');
      }
      const { contentType, text } = await api.metrics.render();
      return reply.header('content-type', contentType).send(text);
    },
  );
}
