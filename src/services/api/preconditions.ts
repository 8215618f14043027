import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';

// Tested by: places-route.test.ts

/** For routes that replace what somebody else may have changed meanwhile. */
export const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description:
        'The `ETag` of what the change was begun on (its `updated_at` in quotes): 412 `precondition_failed` where it has been changed or removed since. `*`: only where it is there',
    }),
  ),
});

/** What `If-Match` names, as `WriteCondition` wants it; undefined where it is not sent. */
export function ifMatchOf({ headers }: FastifyRequest): string[] | undefined {
  const text = headers['if-match'];
  if (text === undefined) return undefined;
  // A proxy that compresses makes a tag weak; it is of the same thing all the same.
  return text.split(',').map((tag) => tag.trim().replace(/^(?:W\/)?"(.*)"$/, '$1'));
}

/** The headers of an answer that is one stored thing. */
export function tagged({ updated_at }: { updated_at: string }): { etag: string } {
  return { etag: `"${updated_at}"` };
}
