import type { FastifyInstance } from 'fastify';
import { VigieError } from '#domain/errors.ts';
import { decodeUtf8, outlineJson, parseJsonText, pointerToken } from '#platform/json-scan.ts';

/**
 * Reads JSON bodies: an empty one is none (clients name the type even then). Refused are invalid UTF-8, broken JSON,
 * deep nesting, a name twice in one object (`duplicate_key`: which of the two was meant?), and names that reach into
 * the prototype of whatever they are copied onto.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    let value: unknown;
    try {
      value = body.length === 0 ? undefined : parseBody(body as Buffer);
    } catch (error) {
      return done(error as Error);
    }
    return done(null, value);
  });
}

function parseBody(body: Buffer): unknown {
  const text = decodeUtf8(body);
  const value = parseJsonText(text);
  const { duplicates } = outlineJson(text, Number.POSITIVE_INFINITY);
  const [duplicate] = duplicates;
  if (duplicate !== undefined) {
    const [element, within] = duplicate;
    const pointer = Array.isArray(value) ? `/${element}${within}` : within;
    throw new VigieError('duplicate_key', `${pointer} appears twice.`, { pointer });
  }
  // Only now is it known to be shallow enough to be walked through.
  const pointer = pointerToPrototype(value, '');
  if (pointer === undefined) return value;
  throw new VigieError('invalid_request', `${pointer}: this name is not allowed.`, { pointer });
}

function pointerToPrototype(value: unknown, at: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const here = `${at}/${pointerToken(name)}`;
    const isPrototype = name === '__proto__' || here.endsWith('/constructor/prototype');
    const found = isPrototype ? here : pointerToPrototype(inner, here);
    if (found !== undefined) return found;
  }
  return undefined;
}
