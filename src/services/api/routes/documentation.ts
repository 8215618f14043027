import { preferredLanguage } from '#platform/accept-language.ts';
import type { ApiInstance } from '../api-instance.ts';
import { docsPage } from '../docs-page/docs-page.ts';
import { errorsPage } from '../docs-page/errors-page.ts';
import type { Page } from '../docs-page/page.ts';
import type { OpenApiDocument } from '../openapi/document.ts';
import { pageHeaders } from '../security-headers.ts';

/** `/openapi.json`, `/docs` and where the type of every problem leads. Open to all; made when first asked for. */
export function documentationRoutes(app: ApiInstance, document: () => OpenApiDocument): void {
  let docs: Page | undefined;
  let json: string | undefined;
  app.get(
    '/openapi.json',
    { config: { isOpen: true }, schema: { hide: true } },
    (_request, reply) => {
      json ??= JSON.stringify(document());
      return reply.header('content-type', 'application/json; charset=utf-8').send(json);
    },
  );
  app.get('/docs', { config: { isOpen: true }, schema: { hide: true } }, (_request, reply) => {
    docs ??= docsPage(document());
    return reply.headers(pageHeaders(docs.styleHash)).send(docs.html);
  });
  app.get(
    '/docs/errors',
    { config: { isOpen: true }, schema: { hide: true } },
    (request, reply) => {
      const { html, styleHash } = errorsPage(preferredLanguage(request.headers['accept-language']));
      return reply.headers({ ...pageHeaders(styleHash), vary: 'accept-language' }).send(html);
    },
  );
}
