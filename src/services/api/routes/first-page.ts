import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ApiInstance } from '../api-instance.ts';
import { pageHeaders } from '../security-headers.ts';

const FILES = [
  { path: '/', file: 'index.html', headers: pageHeaders() },
  {
    path: '/page.js',
    file: 'page.js',
    headers: { 'content-type': 'text/javascript; charset=utf-8' },
  },
  { path: '/page.css', file: 'page.css', headers: { 'content-type': 'text/css; charset=utf-8' } },
  { path: '/favicon.svg', file: 'favicon.svg', headers: { 'content-type': 'image/svg+xml' } },
];

/** The first page: three files beside each other, read once. */
export function firstPageRoutes(app: ApiInstance): void {
  for (const { path, file, headers } of FILES) {
    const body = readFileSync(new URL(`../first-page/${file}`, import.meta.url));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    app.get(path, { config: { isOpen: true }, schema: { hide: true } }, (request, reply) => {
      void reply.headers({ ...headers, etag, 'cache-control': 'no-cache' });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.send(body);
    });
  }
}
