import type { FastifyInstance } from 'fastify';
import { VigieError } from '#domain/errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Reads JSON bodies: an empty one is none (clients name the type even then), invalid UTF-8 is refused. */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    let text: string;
    try {
      text = decoder.decode(body as Buffer);
    } catch (error) {
      return done(new VigieError('invalid_utf8', 'The body is not UTF-8.', { cause: error }));
    }
    return parse(request, text, done);
  });
}
