import { ChannelList } from '#domain/channel.ts';
import { listChannels } from '#operations/channel/list.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

export function channelRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/channels',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Notifications'],
        summary: 'List the ways to reach people',
        description: 'Each with the JSON Schema of its settings: what a contact of it needs.',
        response: { 200: ChannelList },
      },
    },
    (request) => listChannels({ ctx: ctxOf(request) }),
  );
}
