import { OnCall, OnCallInput, OnCallPage, OnCallQuery, OnCallView } from '#domain/on-call.ts';
import { SearchQuery } from '#domain/page.ts';
import { createOnCall } from '#operations/on-call/create.ts';
import { deleteOnCall } from '#operations/on-call/delete.ts';
import { getOnCall } from '#operations/on-call/get.ts';
import { listOnCalls } from '#operations/on-call/list.ts';
import { putOnCall } from '#operations/on-call/put.ts';
import { Nothing, ThingParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';
import { IfMatch, ifMatchOf, tagged } from '../../preconditions.ts';

// Tested by: ../../api.test.ts

const tags = ['Notifications'];

export function onCallRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/on-call',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List on-call rotations',
        querystring: SearchQuery,
        response: { 200: OnCallPage },
      },
    },
    (request) => listOnCalls({ ctx: ctxOf(request), input: request.query }),
  );
  app.post(
    '/v1/on-call',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create an on-call rotation',
        description: 'Contacts who take turns, handing over at the same local time.',
        body: OnCallInput,
        response: { 201: OnCall },
      },
    },
    async (request, reply) => {
      const onCall = await createOnCall({ ctx: ctxOf(request), input: request.body });
      return reply
        .code(201)
        .header('location', `/v1/on-call/${encodeURIComponent(onCall.id)}`)
        .headers(tagged(onCall))
        .send(onCall);
    },
  );
  app.get(
    '/v1/on-call/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Read an on-call rotation, and who is on call',
        description: 'Now, or at the time `at`; with the handovers after it.',
        params: ThingParams,
        querystring: OnCallQuery,
        response: { 200: OnCallView },
      },
    },
    async (request, reply) => {
      const stored = await getOnCall({
        ctx: ctxOf(request),
        input: { ...request.params, ...request.query },
      });
      return reply.headers(tagged(stored)).send(stored);
    },
  );
  app.put(
    '/v1/on-call/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create or replace an on-call rotation',
        params: ThingParams,
        headers: IfMatch,
        body: OnCallInput,
        response: { 200: OnCall, 201: OnCall },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = { id, body: request.body, ifMatch: ifMatchOf(request) };
      const { created, item } = await putOnCall({ ctx: ctxOf(request), input });
      return reply
        .code(created ? 201 : 200)
        .headers(tagged(item))
        .send(item);
    },
  );
  app.delete(
    '/v1/on-call/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Remove an on-call rotation',
        description: '409 while a policy names it.',
        params: ThingParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await deleteOnCall({ ctx: ctxOf(request), input: request.params });
      return reply.code(204).send(null);
    },
  );
}
