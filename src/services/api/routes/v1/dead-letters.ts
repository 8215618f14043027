import { DeadLetterPage, ListDeadLettersQuery } from '#domain/dead-letter.ts';
import { listDeadLetters } from '#operations/dead-letter/list.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

export function deadLetterRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/dead-letters',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Readings'],
        summary: 'List refused readings',
        description: 'What was refused, whole, and why; newest first.',
        querystring: ListDeadLettersQuery,
        response: { 200: DeadLetterPage },
      },
    },
    (request) => listDeadLetters({ ctx: ctxOf(request), input: request.query }),
  );
}
