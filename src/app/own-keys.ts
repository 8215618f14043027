import { timingSafeEqual } from 'node:crypto';
import type { Caller } from '#domain/caller.ts';
import { newSecret } from '#operations/access/key-text.ts';
import type { Credential } from '#services/gateway/authenticate.ts';

/** Keys with which the platform sends readings to itself; they are in memory alone. */
export class OwnKeys {
  readonly #callers = new Map<string, Caller>();

  /** A key without a limit to its rate, good until it is given back. */
  issue(caller: Caller): { key: string; revoke(): void } {
    const key = newSecret();
    this.#callers.set(key, caller);
    return { key, revoke: () => void this.#callers.delete(key) };
  }

  credentialOf(given: string): Credential | undefined {
    for (const [key, caller] of this.#callers)
      if (isSame(given, key)) return { caller, rateLimit: 0 };
    return undefined;
  }
}

function isSame(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}
