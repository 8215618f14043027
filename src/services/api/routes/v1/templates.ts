import { SearchQuery } from '#domain/page.ts';
import { TemplatePage } from '#domain/questions.ts';
import {
  Template,
  TemplateInput,
  TemplatePreview,
  TemplatePreviewInput,
} from '#domain/template.ts';
import { createTemplate } from '#operations/template/create.ts';
import { deleteTemplate } from '#operations/template/delete.ts';
import { getTemplate } from '#operations/template/get.ts';
import { listTemplates } from '#operations/template/list.ts';
import { previewTemplate } from '#operations/template/preview.ts';
import { putTemplate } from '#operations/template/put.ts';
import { Nothing, ThingParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';
import { IfMatch, ifMatchOf, tagged } from '../../preconditions.ts';

// Tested by: ../../api.test.ts

const tags = ['Notifications'];

export function templateRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/templates',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List templates',
        querystring: SearchQuery,
        response: { 200: TemplatePage },
      },
    },
    (request) => listTemplates({ ctx: ctxOf(request), input: request.query }),
  );
  app.post(
    '/v1/templates',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create a template',
        description:
          'How messages are worded, in ICU message format, by language, channel and event. The one with the id `default` serves where neither contact nor policy names one. What cannot be filled in is refused with its place; `warnings` name texts that do not say the value.',
        body: TemplateInput,
        response: { 201: Template },
      },
    },
    async (request, reply) => {
      const template = await createTemplate({ ctx: ctxOf(request), input: request.body });
      return reply
        .code(201)
        .header('location', `/v1/templates/${encodeURIComponent(template.id)}`)
        .headers(tagged(template))
        .send(template);
    },
  );
  app.post(
    '/v1/templates/preview',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Preview what a template says',
        description:
          'What a template that there is (`template_id`), or `texts`, or without either the usual words make of an alert, or of a sample of one, in each language and on each channel that they name. Nothing is written or sent.',
        body: TemplatePreviewInput,
        response: { 200: TemplatePreview },
      },
    },
    (request) => previewTemplate({ ctx: ctxOf(request), input: request.body }),
  );
  app.get(
    '/v1/templates/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Read a template',
        params: ThingParams,
        response: { 200: Template },
      },
    },
    async (request, reply) => {
      const stored = await getTemplate({ ctx: ctxOf(request), input: request.params });
      return reply.headers(tagged(stored)).send(stored);
    },
  );
  app.put(
    '/v1/templates/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create or replace a template',
        params: ThingParams,
        headers: IfMatch,
        body: TemplateInput,
        response: { 200: Template, 201: Template },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = { id, body: request.body, ifMatch: ifMatchOf(request) };
      const { created, item } = await putTemplate({ ctx: ctxOf(request), input });
      return reply
        .code(created ? 201 : 200)
        .headers(tagged(item))
        .send(item);
    },
  );
  app.delete(
    '/v1/templates/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Remove a template',
        description: '409 while a contact or a policy names it.',
        params: ThingParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await deleteTemplate({ ctx: ctxOf(request), input: request.params });
      return reply.code(204).send(null);
    },
  );
}
