import { PlatformSettings } from '#domain/platform-settings.ts';
import { getSettings } from '#operations/settings/get.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

export function settingsRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/settings',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Operations'],
        summary: 'Read how long data are kept, within which limits, and how much room they take',
        description:
          'Settings are changed by the environment and a restart. `storage` is null for all but administrators of the platform, and at most a minute old.',
        response: { 200: PlatformSettings },
      },
    },
    (request) => getSettings({ ctx: ctxOf(request) }),
  );
}
