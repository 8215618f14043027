import { PushKey } from '#domain/questions.ts';
import { getPushKey } from '#operations/push/get-key.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

// Tested by: ../../push.test.ts

export function pushRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/push/key',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Notifications'],
        summary: 'Key to subscribe a browser with',
        description:
          'The `applicationServerKey` of `PushManager.subscribe()`; the subscription, as JSON, is then the `settings` of a contact of the channel `push`.',
        response: { 200: PushKey },
      },
    },
    (request) => getPushKey({ ctx: ctxOf(request) }),
  );
}
