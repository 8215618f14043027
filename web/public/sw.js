// The dashboard's service worker: the shell, when the platform is out of reach.
// Tested by: test/browser/installed.test.ts

importScripts('/push-worker.js');

/** Put in by the build (web/precache.ts): the addresses of all files, and a hash of what they hold. */
const FILES = [];
const VERSION = 'unbuilt';

const CACHE = `vigie-${VERSION}`;
const PAGE = '/';
/** Answers of the platform itself: never kept, and not even looked at. */
const OF_THE_PLATFORM = /^\/(?:v1|api|docs|ack|health|metrics|openapi\.json)(?:\/|$)/;
/** What stands in front of a platform answers so while that is away (RFC 9110, section 15.6). */
const IS_AWAY = new Set([502, 503, 504]);

self.addEventListener('install', (event) => event.waitUntil(fill()));
self.addEventListener('activate', (event) => event.waitUntil(forgetOthers()));
self.addEventListener('message', ({ data }) => {
  if (data === 'take-over') self.skipWaiting();
});

async function fill() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    FILES.map(async (file) => {
      // Names under assets/ carry a hash of the content: what an earlier version has need not be fetched again.
      const known = file.startsWith('/assets/') ? await caches.match(file) : undefined;
      if (known !== undefined) await cache.put(file, known);
      else await cache.add(new Request(file, { cache: 'no-cache' }));
    }),
  );
}

async function forgetOthers() {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith('vigie-') && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (OF_THE_PLATFORM.test(pathname)) return;
  if (request.mode === 'navigate') event.respondWith(pageOf(request));
  else if (FILES.includes(pathname)) event.respondWith(fileOf(request));
});

/** Every page is the same document, and the platform has its newest. */
async function pageOf(request) {
  try {
    const answer = await fetch(request);
    if (!IS_AWAY.has(answer.status)) return answer;
    return (await kept(PAGE)) ?? answer;
  } catch (error) {
    const page = await kept(PAGE);
    if (page === undefined) throw error;
    return page;
  }
}

async function fileOf(request) {
  return (await kept(new URL(request.url).pathname)) ?? fetch(request);
}

async function kept(path) {
  return (await caches.open(CACHE)).match(path);
}
