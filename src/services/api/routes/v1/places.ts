import { SearchQuery } from '#domain/page.ts';
import { Place, PlaceInput, PlacePage } from '#domain/place.ts';
import { createPlace } from '#operations/place/create.ts';
import { deletePlace } from '#operations/place/delete.ts';
import { getPlace } from '#operations/place/get.ts';
import { listPlaces } from '#operations/place/list.ts';
import { putPlace } from '#operations/place/put.ts';
import { Nothing, ThingParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';
import { IfMatch, ifMatchOf, tagged } from '../../preconditions.ts';
import { placePictureRoutes } from './place-pictures.ts';

// Tested by: ../../places-route.test.ts

const tags = ['Places'];

export function placeRoutes(app: ApiInstance, context: RouteContext): void {
  const { ctxOf } = context;
  app.get(
    '/v1/places',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List places',
        querystring: SearchQuery,
        response: { 200: PlacePage },
      },
    },
    (request) => listPlaces({ ctx: ctxOf(request), input: request.query }),
  );
  app.post(
    '/v1/places',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create a place',
        description:
          'A floor plan or photo with sensors on it: `x` and `y` go from 0 to 1 of its width and height, from the upper left corner. The picture is put to `/v1/places/{id}/picture`.',
        body: PlaceInput,
        response: { 201: Place },
      },
    },
    async (request, reply) => {
      const place = await createPlace({ ctx: ctxOf(request), input: request.body });
      return reply
        .code(201)
        .header('location', `/v1/places/${encodeURIComponent(place.id)}`)
        .headers(tagged(place))
        .send(place);
    },
  );
  app.get(
    '/v1/places/:id',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'Read a place', params: ThingParams, response: { 200: Place } },
    },
    async (request, reply) => {
      const place = await getPlace({ ctx: ctxOf(request), input: request.params });
      return reply.headers(tagged(place)).send(place);
    },
  );
  app.put(
    '/v1/places/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create or replace a place',
        description: 'The picture stays.',
        params: ThingParams,
        headers: IfMatch,
        body: PlaceInput,
        response: { 200: Place, 201: Place },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = { id, body: request.body, ifMatch: ifMatchOf(request) };
      const { created, item } = await putPlace({ ctx: ctxOf(request), input });
      return reply
        .code(created ? 201 : 200)
        .headers(tagged(item))
        .send(item);
    },
  );
  app.delete(
    '/v1/places/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Remove a place',
        description: 'With its picture.',
        params: ThingParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await deletePlace({ ctx: ctxOf(request), input: request.params });
      return reply.code(204).send(null);
    },
  );
  placePictureRoutes(app, context);
}
