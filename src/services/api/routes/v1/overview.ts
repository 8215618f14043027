import { Overview } from '#domain/overview.ts';
import { getOverview } from '#operations/overview/get.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

export function overviewRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/overview',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Operations'],
        summary: 'Read how the fleet is, at one look',
        response: { 200: Overview },
      },
    },
    (request) => getOverview({ ctx: ctxOf(request) }),
  );
}
