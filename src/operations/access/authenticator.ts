import { timingSafeEqual } from 'node:crypto';
import type { Caller } from '#domain/caller.ts';
import type { Clock } from '#domain/time.ts';
import { findKeyByHash, findSession } from '#storage/state/api-keys.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import type { Bus } from '#stream/bus.ts';
import { type Identity, identityOfKey, identityOfSession } from './identity.ts';
import { hashSecret } from './key-text.ts';

/** Longer texts are no keys; nobody makes us hash megabytes. */
const MAX_SECRET_CHARACTERS = 1000;
const CACHE_ENTRIES = 10_000;
/** Another process may revoke a key unheard: nothing is believed for longer than this. */
const BELIEVED_MS = 10_000;

interface Remembered {
  /** undefined: there is no such key. Remembered too, so that guessing costs no query each time. */
  identity: Identity | undefined;
  untilMs: number;
}

/**
 * Tells whose a key, a session cookie or an MQTT password is. What it found it remembers, bounded in number and
 * time, and forgets when keys change.
 */
export class Authenticator {
  readonly #state: StateStore;
  readonly #clock: Clock;
  readonly #bus: Bus;
  readonly #remembered = new Map<string, Remembered>();
  /** Grows with each change of keys, so that what was asked before it is not remembered after it. */
  #generation = 0;
  #unsubscribe: (() => void) | undefined;

  constructor({ state, clock, bus }: { state: StateStore; clock: Clock; bus: Bus }) {
    this.#state = state;
    this.#clock = clock;
    this.#bus = bus;
  }

  start(): void {
    this.#unsubscribe ??= this.#bus.subscribe('keys.changed', () => this.forget());
  }

  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.forget();
  }

  forget(): void {
    this.#generation++;
    this.#remembered.clear();
  }

  /** undefined where the key is unknown, revoked or expired. */
  authenticateKey(text: string): Promise<Identity | undefined> {
    return this.#find(`key ${hashOf(text)}`, async (hash) => {
      const row = await findKeyByHash(this.#state.db, hash);
      if (row === undefined || row.revoked_at !== null || !isSame(row.hash, hash)) return undefined;
      return identityOfKey(row);
    });
  }

  /** `username` is the key's id or the word `key`, `password` the key. */
  async authenticateMqtt(
    username: string | undefined,
    password: string | undefined,
  ): Promise<Identity | undefined> {
    if (username === undefined || password === undefined) return undefined;
    const identity = await this.authenticateKey(password);
    return username === 'key' || identity?.keyId === username ? identity : undefined;
  }

  /** undefined where there is no such session or it has run out. */
  authenticateSession(cookie: string): Promise<Identity | undefined> {
    return this.#find(`session ${hashOf(cookie)}`, async (hash) => {
      const row = await findSession(this.#state.db, hash);
      return row === undefined || !isSame(row.hash, hash) ? undefined : identityOfSession(row);
    });
  }

  async #find(
    name: string,
    ask: (hash: string) => Promise<Identity | undefined>,
  ): Promise<Identity | undefined> {
    const nowMs = this.#clock.now();
    let known = this.#remembered.get(name);
    if (known === undefined || known.untilMs <= nowMs) {
      const generation = this.#generation;
      const identity = await ask(name.slice(name.indexOf(' ') + 1));
      known = { identity, untilMs: nowMs + BELIEVED_MS };
      if (generation === this.#generation) this.#remember(name, known);
    }
    const { identity } = known;
    return identity?.expiresMs !== undefined && identity.expiresMs <= nowMs ? undefined : identity;
  }

  #remember(name: string, found: Remembered): void {
    this.#remembered.delete(name);
    if (this.#remembered.size >= CACHE_ENTRIES) {
      const oldest = this.#remembered.keys().next();
      if (!oldest.done) this.#remembered.delete(oldest.value);
    }
    this.#remembered.set(name, found);
  }
}

export function callerOf(identity: Identity, requestId: string): Caller {
  const { customer, who, scopes, sensors } = identity;
  return { customer, who, scopes, requestId, ...(sensors === undefined ? {} : { sensors }) };
}

function hashOf(text: string): string {
  return text.length > MAX_SECRET_CHARACTERS ? '' : hashSecret(text);
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
