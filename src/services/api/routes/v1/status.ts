import { Type } from 'typebox';
import { DateTime } from '#domain/page.ts';
import { SelfWatch } from '#domain/self-watch.ts';
import { formatTime } from '#domain/time.ts';
import { authorize } from '#operations/context.ts';
import { getSelfWatch } from '#operations/self-watch/get.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

const StatusAnswer = Type.Object(
  {
    version: Type.String(),
    started_at: DateTime,
    readings_accepted: Type.Integer({ description: 'Since the start' }),
    samples_stored: Type.Integer({ description: 'Since the start' }),
    mqtt_port: Type.Union([Type.Integer(), Type.Null()]),
  },
  { title: 'Status' },
);

export function statusRoutes(app: ApiInstance, api: RouteContext): void {
  const startedAt = formatTime(api.services.clock.now());
  app.get(
    '/v1/status',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Operations'],
        summary: 'Read what the platform has taken in since its start',
        response: { 200: StatusAnswer },
      },
    },
    (request) => {
      authorize(api.ctxOf(request), 'read');
      return {
        version: api.version,
        started_at: startedAt,
        readings_accepted: api.metrics.readingsAccepted,
        samples_stored: api.metrics.samples.total,
        mqtt_port: api.mqttPort() || null,
      };
    },
  );
  app.get(
    '/v1/self-watch',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Operations'],
        summary: 'Read whether alerts get through, as tried by the platform itself',
        description:
          'Once an interval a canary sensor goes the whole way from a reading to a delivered notification; the heartbeat is called only when it does.',
        response: { 200: SelfWatch },
      },
    },
    (request) => getSelfWatch({ ctx: api.ctxOf(request) }),
  );
}
