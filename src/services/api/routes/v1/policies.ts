import { Policy, PolicyInput } from '#domain/notification.ts';
import { SearchQuery } from '#domain/page.ts';
import { PolicyPreview, PolicyPreviewInput } from '#domain/policy-preview.ts';
import { PolicyPage } from '#domain/questions.ts';
import { createPolicy } from '#operations/policy/create.ts';
import { deletePolicy } from '#operations/policy/delete.ts';
import { getPolicy } from '#operations/policy/get.ts';
import { listPolicies } from '#operations/policy/list.ts';
import { previewPolicies } from '#operations/policy/preview.ts';
import { putPolicy } from '#operations/policy/put.ts';
import { preferredLanguage } from '#platform/accept-language.ts';
import { Nothing, ThingParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';
import { IfMatch, ifMatchOf, tagged } from '../../preconditions.ts';

// Tested by: ../../api.test.ts

const tags = ['Notifications'];

export function policyRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/policies',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List policies',
        querystring: SearchQuery,
        response: { 200: PolicyPage },
      },
    },
    (request) => listPolicies({ ctx: ctxOf(request), input: request.query }),
  );
  app.post(
    '/v1/policies',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create a policy',
        description: 'Who is told what, when. An empty `match` fits every alert.',
        body: PolicyInput,
        response: { 201: Policy },
      },
    },
    async (request, reply) => {
      const policy = await createPolicy({ ctx: ctxOf(request), input: request.body });
      return reply
        .code(201)
        .header('location', `/v1/policies/${encodeURIComponent(policy.id)}`)
        .headers(tagged(policy))
        .send(policy);
    },
  );
  app.post(
    '/v1/policies/preview',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Preview who is told of an alert',
        description:
          'Whom the policies would tell, and when, from the moment that it is raised, if nobody acknowledged it: for 24 hours, at most 100 lines. Nothing is written or sent. Takes `alert_id`, or `alert`. Reasons are in the language of Accept-Language: English or French.',
        body: PolicyPreviewInput,
        response: { 200: PolicyPreview },
      },
    },
    (request) =>
      previewPolicies({
        ctx: ctxOf(request),
        input: request.body,
        language: preferredLanguage(request.headers['accept-language']),
      }),
  );
  app.get(
    '/v1/policies/:id',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'Read a policy', params: ThingParams, response: { 200: Policy } },
    },
    async (request, reply) => {
      const stored = await getPolicy({ ctx: ctxOf(request), input: request.params });
      return reply.headers(tagged(stored)).send(stored);
    },
  );
  app.put(
    '/v1/policies/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create or replace a policy',
        params: ThingParams,
        headers: IfMatch,
        body: PolicyInput,
        response: { 200: Policy, 201: Policy },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = { id, body: request.body, ifMatch: ifMatchOf(request) };
      const { created, item } = await putPolicy({ ctx: ctxOf(request), input });
      return reply
        .code(created ? 201 : 200)
        .headers(tagged(item))
        .send(item);
    },
  );
  app.delete(
    '/v1/policies/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Remove a policy',
        description: '409 while a rule names it.',
        params: ThingParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await deletePolicy({ ctx: ctxOf(request), input: request.params });
      return reply.code(204).send(null);
    },
  );
}
