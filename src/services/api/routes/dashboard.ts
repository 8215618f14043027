import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { ApiInstance } from '../api-instance.ts';
import { pageHeaders } from '../security-headers.ts';
import type { LastAnswer } from '../unknown-routes.ts';

/** Where the built dashboard lies: in the package beside this code, in the repository under web/. */
const FOLDERS = ['../../../web/', '../../../../web/dist/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
/** The names of files under assets/ carry a hash of their content: a browser need never ask again. */
const FOREVER = 'public, max-age=31536000, immutable';
const NOT_BUILT = [
  '<!doctype html><html lang="en"><title>Vigie</title><h1>The dashboard is not built</h1>',
  '<p>Run <code>npm run build:web</code> in the repository and start again; <a href="/docs">the API</a> is there.</p>',
  '<p lang="fr">Le tableau de bord n’est pas construit : lancez <code>npm run build:web</code>, puis redémarrez.</p></html>',
].join('');

/**
 * Serves the files of the dashboard. Every page is the same document: the address is for its script to read, so
 * what is returned answers it to a browser that asks for an address that is no route.
 */
export async function dashboardRoutes(app: ApiInstance): Promise<LastAnswer> {
  const folder = FOLDERS.find((path) => existsSync(`${path}index.html`));
  const page = folder === undefined ? NOT_BUILT : readFileSync(`${folder}index.html`, 'utf8');
  const send = (reply: FastifyReply) =>
    void reply
      .code(folder === undefined ? 503 : 200)
      .headers(pageHeaders())
      .send(page);
  app.get('/', { config: { isOpen: true }, schema: { hide: true } }, (_request, reply) => {
    send(reply);
    return reply;
  });
  if (folder !== undefined) await serveFiles(app, folder);
  return (request, reply) => {
    const wantsPage = request.headers.accept?.includes('text/html') === true;
    const path = request.url.split('?', 1)[0] ?? '';
    // A file that is gone (an old page after an update) and a call of the API are not found, not a page.
    if (request.method !== 'GET' || !wantsPage || /^\/(?:v1|api|assets|health)\//.test(path))
      return false;
    send(reply);
    return true;
  };
}

async function serveFiles(app: ApiInstance, folder: string): Promise<void> {
  // Sends files, compressed ahead of time where the browser takes it; which ones is said by the routes below.
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    preCompressed: true,
    cacheControl: false,
  });
  const open = { config: { isOpen: true }, schema: { hide: true } };
  app.get<{ Params: { file: string } }>('/assets/:file', open, (request, reply) =>
    reply.header('cache-control', FOREVER).sendFile(`assets/${request.params.file}`),
  );
  const atRoot = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:html|br|gz)$/.test(entry.name))
    .map(({ name }) => name);
  for (const name of atRoot) {
    app.get(`/${name}`, open, (_request, reply) =>
      reply.header('cache-control', 'no-cache').sendFile(name),
    );
  }
}
