import { Type } from 'typebox';
import { LARGEST_PICTURE, PICTURE_TYPES, Place } from '#domain/place.ts';
import { getPicture } from '#operations/place/get-picture.ts';
import { putPicture } from '#operations/place/put-picture.ts';
import { Nothing, ThingParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';
import { IfMatch, ifMatchOf, tagged } from '../../preconditions.ts';

// Tested by: ../../places-route.test.ts

const tags = ['Places'];
const File = Type.String({ format: 'binary', description: 'The picture' });

export function placePictureRoutes(root: ApiInstance, { ctxOf }: RouteContext): void {
  // In a scope of its own: no other call takes a picture for a body.
  void root.register((scope, _options, ready) => {
    const app = scope as unknown as ApiInstance;
    app.addContentTypeParser([...PICTURE_TYPES], { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    app.put(
      '/v1/places/:id/picture',
      {
        bodyLimit: LARGEST_PICTURE,
        config: { scope: 'admin' },
        schema: {
          tags,
          summary: 'Give a place its picture',
          description:
            'PNG, JPEG or WebP, told by its first bytes; 5 MB (5,242,880 bytes) at most.',
          consumes: [...PICTURE_TYPES],
          params: ThingParams,
          headers: IfMatch,
          body: File,
          response: { 200: Place },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const input = { id, file: request.body, ifMatch: ifMatchOf(request) };
        const place = await putPicture({ ctx: ctxOf(request), input });
        return reply.headers(tagged(place)).send(place);
      },
    );
    app.get(
      '/v1/places/:id/picture',
      {
        config: { scope: 'read' },
        schema: {
          tags,
          summary: 'The picture of a place',
          description: '304 where `If-None-Match` has its `ETag`.',
          produces: [...PICTURE_TYPES],
          params: ThingParams,
          response: { 200: File, 304: Nothing },
        },
      },
      async (request, reply) => {
        const picture = await getPicture({ ctx: ctxOf(request), input: request.params });
        const etag = `"${picture.etag}"`;
        void reply.headers({
          etag,
          'cache-control': 'private, no-cache',
          // Opened by itself it is a picture and nothing else.
          'content-security-policy': "default-src 'none'; sandbox",
        });
        const known = request.headers['if-none-match'] ?? '';
        if (known.split(/,\s*(?:W\/)?/).includes(etag)) return reply.code(304).send(null);
        // Bytes, which the documented schema (a text) cannot say.
        return reply.header('content-type', picture.contentType).send(picture.file as never);
      },
    );
    ready();
  });
}
