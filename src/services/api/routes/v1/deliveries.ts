import { Delivery } from '#domain/notification.ts';
import { DeliveryPage, ListDeliveriesQuery } from '#domain/questions.ts';
import { getDelivery } from '#operations/delivery/get.ts';
import { listDeliveries } from '#operations/delivery/list.ts';
import { GivenIdParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

const tags = ['Notifications'];

export function deliveryRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/deliveries',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List deliveries',
        description: 'Newest first, with every attempt.',
        querystring: ListDeliveriesQuery,
        response: { 200: DeliveryPage },
      },
    },
    (request) => listDeliveries({ ctx: ctxOf(request), input: request.query }),
  );
  app.get(
    '/v1/deliveries/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Read a delivery',
        params: GivenIdParams,
        response: { 200: Delivery },
      },
    },
    (request) => getDelivery({ ctx: ctxOf(request), input: request.params }),
  );
}
