import { Type } from 'typebox';
import { VigieError } from '#domain/errors.ts';
import { authorize } from '#operations/context.ts';
import { type ApiInstance, callerOfRequest, type RouteContext } from '../../api-instance.ts';
import type { LiveTopic } from '../../events/event-ring.ts';
import type { LiveHub } from '../../events/live-hub.ts';

// Tested by: ../../events-route.test.ts

const TOPICS: readonly LiveTopic[] = ['samples', 'alerts', 'deliveries', 'changes'];

const EventsQuery = Type.Object({
  topics: Type.Optional(
    Type.String({
      description: 'samples, alerts, deliveries, changes, by commas; all unless given',
    }),
  ),
  sensor_id: Type.Optional(
    Type.String({ description: 'Samples, alerts and changes of these sensors only, by commas' }),
  ),
  last_event_id: Type.Optional(
    Type.String({ description: 'For clients that cannot send the header Last-Event-ID' }),
  ),
});

function listOf(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  const texts = (Array.isArray(value) ? value : [value]).flatMap((text) => String(text).split(','));
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

function topicsOf(value: unknown): Set<LiveTopic> {
  const names = listOf(value) ?? TOPICS;
  for (const name of names) {
    if (!(TOPICS as readonly string[]).includes(name)) {
      const detail = `'${name.slice(0, 50)}' is no topic; there are ${TOPICS.join(', ')}.`;
      throw new VigieError('invalid_request', detail, { pointer: '/topics' });
    }
  }
  return new Set(names as LiveTopic[]);
}

export function eventRoutes(app: ApiInstance, { ctxOf, hub }: RouteContext & { hub: LiveHub }) {
  app.get(
    '/v1/events',
    {
      exposeHeadRoute: false,
      config: { scope: 'read' },
      schema: {
        tags: ['Live'],
        summary: 'Listen to live events',
        description:
          'Server-sent events: `sample` (a reading), `alert`, `delivery`, `change` (what people keep was written or removed: `{"kind":"rule","id":"hot","action":"put"}`, kinds and actions as in the audit; sensors that registered themselves: `register`). After a break send the last id as `Last-Event-ID`; what came since follows, after an event `gap` where some of it is lost. At rates that nobody can read, samples are thinned to the newest of each sensor and an event `skipped` says how many were left out.',
        produces: ['text/event-stream'],
        querystring: EventsQuery,
        response: { 200: Type.String({ description: 'A stream of events' }) },
      },
    },
    (request, reply) => {
      authorize(ctxOf(request), 'read');
      const { customer } = callerOfRequest(request);
      const query: Record<string, unknown> = request.query;
      const topics = topicsOf(query.topics);
      const sensors = listOf(query.sensor_id);
      const lastEventId = request.headers['last-event-id'] ?? query.last_event_id;
      // Throws before anything is written where there is no room; from here on the response is the hub's.
      hub.open(reply.raw, {
        subscription: {
          customer,
          topics,
          sensorIds: sensors && new Set(sensors),
          expiresMs: request.callerExpiresMs,
        },
        lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined,
      });
      reply.hijack();
    },
  );
}
