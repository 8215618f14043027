import { ApiKey, ApiKeyCreated, ApiKeyInput, ApiKeyPage } from '#domain/access.ts';
import { PageQuery } from '#domain/page.ts';
import { createKey } from '#operations/access/create-key.ts';
import { getKey } from '#operations/access/get-key.ts';
import { listKeys } from '#operations/access/list-keys.ts';
import { revokeKey } from '#operations/access/revoke-key.ts';
import { GivenIdParams, Nothing } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

const tags = ['Access'];

export function apiKeyRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/api-keys',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'List keys',
        querystring: PageQuery,
        response: { 200: ApiKeyPage },
      },
    },
    (request) => listKeys({ ctx: ctxOf(request), input: request.query }),
  );
  app.post(
    '/v1/api-keys',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Make a key',
        description: 'The text of the key is shown in this answer alone.',
        body: ApiKeyInput,
        response: { 201: ApiKeyCreated },
      },
    },
    async (request, reply) => {
      const key = await createKey({ ctx: ctxOf(request), input: request.body });
      return reply.code(201).header('location', `/v1/api-keys/${key.id}`).send(key);
    },
  );
  app.get(
    '/v1/api-keys/:id',
    {
      config: { scope: 'admin' },
      schema: { tags, summary: 'Read a key', params: GivenIdParams, response: { 200: ApiKey } },
    },
    (request) => getKey({ ctx: ctxOf(request), input: request.params }),
  );
  app.delete(
    '/v1/api-keys/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Revoke a key',
        description: 'At once; sessions that it opened end with it.',
        params: GivenIdParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await revokeKey({ ctx: ctxOf(request), input: request.params });
      return reply.code(204).send(null);
    },
  );
}
