import { AlarmQuality, AlarmQualityQuery } from '#domain/alarm-quality.ts';
import { getAlarmQuality } from '#operations/alarm-quality/get.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

export function alarmQualityRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/alarm-quality',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Alerts'],
        summary: 'How well people can live with the alerts',
        description:
          'Load for each operator, floods, chattering, stale alerts, bad actors and priorities, against the figures of ISA-18.2. The last 30 days unless `from` and `to` say otherwise.',
        querystring: AlarmQualityQuery,
        response: { 200: AlarmQuality },
      },
    },
    (request) => getAlarmQuality({ ctx: ctxOf(request), input: request.query }),
  );
}
