import { AuditPage, ListAuditQuery } from '#domain/audit.ts';
import { listAudit } from '#operations/audit/list.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

export function auditRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/audit',
    {
      config: { scope: 'admin' },
      schema: {
        tags: ['Access'],
        summary: 'List changes',
        description: 'Who changed what, when; newest first.',
        querystring: ListAuditQuery,
        response: { 200: AuditPage },
      },
    },
    (request) => listAudit({ ctx: ctxOf(request), input: request.query }),
  );
}
