import type { Caller } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import type { RateLimiter } from '#platform/rate-limiter.ts';
import { foreignPage } from '#platform/same-origin.ts';

// Tested by: authenticate.test.ts

/** A key that was found valid. */
export interface Credential {
  caller: Caller;
  /** Requests a second; undefined = the default. */
  rateLimit: number | undefined;
}

/** Looks a key up; undefined where it is unknown, expired or revoked. */
export type FindKey = (key: string) => Promise<Credential | undefined>;

/** Looks a session up by its cookie; remembers for itself, and forgets when sessions end. */
export type FindSession = (cookie: string) => Promise<Credential | undefined>;

/** How a browser sends readings. */
export interface SessionProof {
  cookie: string;
  /** Whether a page of ours sent the request. */
  isFromOurPage: boolean;
}

const CACHE_MS = 5000;
const CACHE_ENTRIES = 10_000;

/**
 * Keys of senders, remembered for a few seconds so that a reading does not cost a look-up. `forget` is
 * called when keys change; a revoked key ends there and then.
 */
export class Gatekeeper {
  readonly #findKey: FindKey;
  readonly #rateLimiter: RateLimiter;
  readonly #findSession: FindSession | undefined;
  readonly #known = new Map<string, { credential: Credential; untilMs: number }>();
  /** Grows with each change of keys: what was looked up before it is not remembered after it. */
  #generation = 0;

  constructor(findKey: FindKey, rateLimiter: RateLimiter, findSession?: FindSession) {
    this.#findKey = findKey;
    this.#rateLimiter = rateLimiter;
    this.#findSession = findSession;
  }

  forget(): void {
    this.#generation++;
    this.#known.clear();
  }

  /** The caller behind a key that sends readings, at once where it is remembered. */
  admit(key: string | undefined): Caller | Promise<Caller> {
    const found = this.identify(key);
    if (found instanceof Promise) return found.then((credential) => this.#allow(credential));
    return this.#allow(found);
  }

  /** The caller behind a session; rejects as `admit`, and with `forbidden` where another site's page sent the request. */
  async admitSession({ cookie, isFromOurPage }: SessionProof): Promise<Caller> {
    const credential = await this.#findSession?.(cookie);
    if (credential === undefined) throw noKey();
    if (!isFromOurPage) throw foreignPage();
    return this.#allow(credential);
  }

  /** What is known of a key, whatever it may do; nothing is taken from its rate. Throws or rejects with `unauthenticated`. */
  identify(key: string | undefined): Credential | Promise<Credential> {
    if (key === undefined) throw noKey();
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > Date.now()) return known.credential;
    return this.#lookUp(key);
  }

  /** Takes one from the rate of a key. 0 where there was one, else the seconds until there is. */
  take({ caller, rateLimit }: Credential): number {
    return this.#rateLimiter.take(caller.who, rateLimit);
  }

  async #lookUp(key: string): Promise<Credential> {
    const generation = this.#generation;
    const credential = await this.#findKey(key);
    if (credential === undefined) throw noKey();
    if (generation !== this.#generation) return credential;
    if (this.#known.size >= CACHE_ENTRIES) this.#known.clear();
    this.#known.set(key, { credential, untilMs: Date.now() + CACHE_MS });
    return credential;
  }

  #allow(credential: Credential): Caller {
    const { caller } = credential;
    if (!maySend(caller)) {
      throw new VigieError('forbidden', 'Sending readings needs a key with the scope ingest.');
    }
    const waitSeconds = this.take(credential);
    if (waitSeconds > 0) {
      throw new VigieError('rate_limited', 'This key sends more requests than it may.', {
        retryAfterSeconds: waitSeconds,
      });
    }
    return caller;
  }
}

/** Whether a caller may send readings at all; for which sensors is the processor's to say. */
export function maySend({ scopes }: Caller): boolean {
  return scopes.includes('ingest') || scopes.includes('admin');
}

function noKey(): VigieError {
  return new VigieError('unauthenticated', 'Send a valid key: Authorization: Bearer <key>.');
}

/**
 * The key in a request's headers or query: `Bearer`, and as InfluxDB's clients send it `Token`, Basic
 * (the password), `u` and `p`.
 */
export function keyOf(
  authorization: string | undefined,
  query: URLSearchParams | undefined,
): string | undefined {
  if (authorization === undefined) return query?.get('p') ?? undefined;
  const space = authorization.indexOf(' ');
  const scheme = authorization.slice(0, space).toLowerCase();
  const rest = authorization.slice(space + 1).trim();
  if (scheme === 'bearer' || scheme === 'token') return rest;
  if (scheme !== 'basic') return undefined;
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}
