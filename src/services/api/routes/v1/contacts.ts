import { Contact, ContactInput } from '#domain/notification.ts';
import { SearchQuery } from '#domain/page.ts';
import { ContactPage, ContactTestResult } from '#domain/questions.ts';
import { createContact } from '#operations/contact/create.ts';
import { deleteContact } from '#operations/contact/delete.ts';
import { getContact } from '#operations/contact/get.ts';
import { listContacts } from '#operations/contact/list.ts';
import { putContact } from '#operations/contact/put.ts';
import { testContact } from '#operations/contact/test.ts';
import { Nothing, ThingParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';
import { IfMatch, ifMatchOf, tagged } from '../../preconditions.ts';

// Tested by: ../../api.test.ts

const tags = ['Notifications'];

export function contactRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/contacts',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List contacts',
        querystring: SearchQuery,
        response: { 200: ContactPage },
      },
    },
    (request) => listContacts({ ctx: ctxOf(request), input: request.query }),
  );
  app.post(
    '/v1/contacts',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create a contact',
        description: 'A webhook without a secret is given one; it is shown in this answer alone.',
        body: ContactInput,
        response: { 201: Contact },
      },
    },
    async (request, reply) => {
      const contact = await createContact({ ctx: ctxOf(request), input: request.body });
      return reply
        .code(201)
        .header('location', `/v1/contacts/${encodeURIComponent(contact.id)}`)
        .headers(tagged(contact))
        .send(contact);
    },
  );
  app.get(
    '/v1/contacts/:id',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'Read a contact', params: ThingParams, response: { 200: Contact } },
    },
    async (request, reply) => {
      const stored = await getContact({ ctx: ctxOf(request), input: request.params });
      return reply.headers(tagged(stored)).send(stored);
    },
  );
  app.put(
    '/v1/contacts/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create or replace a contact',
        params: ThingParams,
        headers: IfMatch,
        body: ContactInput,
        response: { 200: Contact, 201: Contact },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = { id, body: request.body, ifMatch: ifMatchOf(request) };
      const { created, item } = await putContact({ ctx: ctxOf(request), input });
      return reply
        .code(created ? 201 : 200)
        .headers(tagged(item))
        .send(item);
    },
  );
  app.delete(
    '/v1/contacts/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Remove a contact',
        description: '409 while a policy names it.',
        params: ThingParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await deleteContact({ ctx: ctxOf(request), input: request.params });
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/contacts/:id/test',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Send a test message',
        description: 'Now, past policies; the answer says what became of it.',
        params: ThingParams,
        response: { 200: ContactTestResult },
      },
    },
    (request) => testContact({ ctx: ctxOf(request), input: request.params }),
  );
}
