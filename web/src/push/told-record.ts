/**
 * What this browser keeps of being told: public/push-worker.js reads and writes it too, hence a cache, which a worker
 * has as well as a page.
 */
export interface ToldRecord {
  /** Id of the contact that is this browser. */
  contact: string;
  /** Where the platform sends to for it, as far as the platform was told. */
  endpoint: string;
  language: string;
}

const CACHE = 'this-browser';
const ADDRESS = '/this-browser';

/** Whether there is such a record; reads nothing. */
export async function isTold(): Promise<boolean> {
  return 'caches' in globalThis && (await caches.has(CACHE));
}

/** undefined where nobody asked for this browser to be told. */
export async function readTold(): Promise<ToldRecord | undefined> {
  const kept = await caches.match(ADDRESS, { cacheName: CACHE });
  return kept === undefined ? undefined : ((await kept.json()) as ToldRecord);
}

export async function keepTold(record: ToldRecord): Promise<void> {
  await (await caches.open(CACHE)).put(ADDRESS, Response.json(record));
}

export async function forgetTold(): Promise<void> {
  await caches.delete(CACHE);
}
