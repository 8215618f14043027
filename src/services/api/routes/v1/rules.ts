import { Backtest, BacktestInput } from '#domain/backtest.ts';
import { VigieError } from '#domain/errors.ts';
import { PageQuery } from '#domain/page.ts';
import { ListedRule, RulePage } from '#domain/questions.ts';
import { RuleInput } from '#domain/rule.ts';
import { backtestRule } from '#operations/rule/backtest.ts';
import { createRule } from '#operations/rule/create.ts';
import { deleteRule } from '#operations/rule/delete.ts';
import { getRule } from '#operations/rule/get.ts';
import { listRules } from '#operations/rule/list.ts';
import { putRule } from '#operations/rule/put.ts';
import { Nothing, ThingParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

// Tested by: ../../api.test.ts

const tags = ['Rules'];
const gone = new VigieError('request_timeout', 'The connection was closed before the answer.');

export function ruleRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/rules',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'List rules', querystring: PageQuery, response: { 200: RulePage } },
    },
    (request) => listRules({ ctx: ctxOf(request), input: request.query }),
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
        .send(rule);
    },
  );
  app.post(
    '/v1/rules/backtest',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Try a rule over stored readings',
        description:
          'What the rule would have done: nothing is stored and nobody is told. It need not exist, and may be switched off. At most 1,000 sensors and 20,000,000 samples; the first 10,000 alerts are listed.',
        body: BacktestInput,
        response: { 200: Backtest },
      },
    },
    (request, reply) => {
      const stop = new AbortController();
      // Whoever asked is gone: nobody reads the answer.
      reply.raw.once('close', () => stop.abort(gone));
      const { signal } = stop;
      return backtestRule({ ctx: ctxOf(request), input: request.body, signal });
    },
  );
  app.get(
    '/v1/rules/:id',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'Read a rule', params: ThingParams, response: { 200: ListedRule } },
    },
    (request) => getRule({ ctx: ctxOf(request), input: request.params }),
  );
  app.put(
    '/v1/rules/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create or replace a rule',
        params: ThingParams,
        body: RuleInput,
        response: { 200: ListedRule, 201: ListedRule },
      },
    },
    async (request, reply) => {
      const input = { id: request.params.id, body: request.body };
      const { created, item } = await putRule({ ctx: ctxOf(request), input });
      return reply.code(created ? 201 : 200).send(item);
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
