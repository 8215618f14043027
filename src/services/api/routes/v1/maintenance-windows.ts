import {
  MaintenanceWindow,
  MaintenanceWindowInput,
  MaintenanceWindowPage,
  MaintenanceWindowView,
} from '#domain/maintenance-window.ts';
import { SearchQuery } from '#domain/page.ts';
import { createMaintenanceWindow } from '#operations/maintenance-window/create.ts';
import { deleteMaintenanceWindow } from '#operations/maintenance-window/delete.ts';
import { getMaintenanceWindow } from '#operations/maintenance-window/get.ts';
import { listMaintenanceWindows } from '#operations/maintenance-window/list.ts';
import { putMaintenanceWindow } from '#operations/maintenance-window/put.ts';
import { Nothing, ThingParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';
import { IfMatch, ifMatchOf, tagged } from '../../preconditions.ts';

// Tested by: ../../api.test.ts

const tags = ['Notifications'];

export function maintenanceWindowRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/maintenance-windows',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List maintenance windows',
        querystring: SearchQuery,
        response: { 200: MaintenanceWindowPage },
      },
    },
    (request) => listMaintenanceWindows({ ctx: ctxOf(request), input: request.query }),
  );
  app.post(
    '/v1/maintenance-windows',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create a maintenance window',
        description:
          'Nobody is told of alerts of the sensors that it covers while it is open; those that stand at its end are told then. `recurrence` is an RFC 5545 rule.',
        body: MaintenanceWindowInput,
        response: { 201: MaintenanceWindow },
      },
    },
    async (request, reply) => {
      const window = await createMaintenanceWindow({ ctx: ctxOf(request), input: request.body });
      return reply
        .code(201)
        .header('location', `/v1/maintenance-windows/${encodeURIComponent(window.id)}`)
        .headers(tagged(window))
        .send(window);
    },
  );
  app.get(
    '/v1/maintenance-windows/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Read a maintenance window',
        description: 'With the occurrences under way and ahead.',
        params: ThingParams,
        response: { 200: MaintenanceWindowView },
      },
    },
    async (request, reply) => {
      const stored = await getMaintenanceWindow({ ctx: ctxOf(request), input: request.params });
      return reply.headers(tagged(stored)).send(stored);
    },
  );
  app.put(
    '/v1/maintenance-windows/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create or replace a maintenance window',
        params: ThingParams,
        headers: IfMatch,
        body: MaintenanceWindowInput,
        response: { 200: MaintenanceWindow, 201: MaintenanceWindow },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = { id, body: request.body, ifMatch: ifMatchOf(request) };
      const { created, item } = await putMaintenanceWindow({ ctx: ctxOf(request), input });
      return reply
        .code(created ? 201 : 200)
        .headers(tagged(item))
        .send(item);
    },
  );
  app.delete(
    '/v1/maintenance-windows/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Remove a maintenance window',
        description: 'Of the alerts that it suppressed, those that still stand are told now.',
        params: ThingParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await deleteMaintenanceWindow({ ctx: ctxOf(request), input: request.params });
      return reply.code(204).send(null);
    },
  );
}
