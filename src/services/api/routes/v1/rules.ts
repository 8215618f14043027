import { Type } from 'typebox';
import { ListedRule, ListRulesQuery, RulePage } from '#domain/questions.ts';
import { RuleInput } from '#domain/rule.ts';
import { createRule } from '#operations/rule/create.ts';
import { deleteRule } from '#operations/rule/delete.ts';
import { getRule } from '#operations/rule/get.ts';
import { listRules } from '#operations/rule/list.ts';
import { putRule } from '#operations/rule/put.ts';
import { Nothing, ThingParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';
import { IfMatch, ifMatchOf, tagged } from '../../preconditions.ts';
import { backtestRoute } from './backtest.ts';

// Tested by: ../../api.test.ts

const { ids: _ids, ...plainQuery } = ListRulesQuery.properties;
const RulesUrlQuery = Type.Object({
  ...plainQuery,
  ids: Type.Optional(
    Type.String({
      description:
        'These rules alone, by commas, 1000 at most; those that are not there are left out. Without `limit` they come on one page',
    }),
  ),
});
const tags = ['Rules'];

export function ruleRoutes(app: ApiInstance, context: RouteContext): void {
  const { ctxOf } = context;
  app.get(
    '/v1/rules',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List rules',
        description:
          'By id. With `sensor_id` the rules that cover this sensor, by its id and its labels.',
        querystring: RulesUrlQuery,
        response: { 200: RulePage },
      },
    },
    (request) => {
      const { ids, ...rest } = request.query;
      const input = ids === undefined ? rest : { ...rest, ids: ids.split(',') };
      return listRules({ ctx: ctxOf(request), input });
    },
  );
  app.post(
    '/v1/rules',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create a rule',
        description: 'An id is made where none is given; 409 where it is taken.',
        body: RuleInput,
        response: { 201: ListedRule },
      },
    },
    async (request, reply) => {
      const rule = await createRule({ ctx: ctxOf(request), input: request.body });
      return reply
        .code(201)
        .header('location', `/v1/rules/${encodeURIComponent(rule.id)}`)
        .headers(tagged(rule))
        .send(rule);
    },
  );
  backtestRoute(app, context);
  app.get(
    '/v1/rules/:id',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'Read a rule', params: ThingParams, response: { 200: ListedRule } },
    },
    async (request, reply) => {
      const stored = await getRule({ ctx: ctxOf(request), input: request.params });
      return reply.headers(tagged(stored)).send(stored);
    },
  );
  app.put(
    '/v1/rules/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create or replace a rule',
        params: ThingParams,
        headers: IfMatch,
        body: RuleInput,
        response: { 200: ListedRule, 201: ListedRule },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = { id, body: request.body, ifMatch: ifMatchOf(request) };
      const { created, item } = await putRule({ ctx: ctxOf(request), input });
      return reply
        .code(created ? 201 : 200)
        .headers(tagged(item))
        .send(item);
    },
  );
  app.delete(
    '/v1/rules/:id',
    {
      config: { scope: 'admin' },
      schema: { tags, summary: 'Remove a rule', params: ThingParams, response: { 204: Nothing } },
    },
    async (request, reply) => {
      await deleteRule({ ctx: ctxOf(request), input: request.params });
      return reply.code(204).send(null);
    },
  );
}
