import { type Clock, systemClock } from '#domain/time.ts';

interface Bucket {
  tokens: number;
  atMs: number;
  fullAtMs: number;
}

export interface RateLimiterOptions {
  /** Requests a second for a name without a rate of its own; 0 = no limit. */
  perSecond: number;
  /** How many seconds' worth may come at once. */
  burstSeconds?: number;
  /** Buckets kept at most; the fullest make room first. */
  maxBuckets?: number;
  clock?: Clock;
}

/** Token buckets by name (a key's id). A bucket that is full again is forgotten, so that memory stays bounded. */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #burstSeconds: number;
  readonly #maxBuckets: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RateLimiterOptions) {
    this.#perSecond = options.perSecond;
    this.#burstSeconds = options.burstSeconds ?? 2;
    this.#maxBuckets = options.maxBuckets ?? 10_000;
    this.#clock = options.clock ?? systemClock;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token. 0 where there was one, else the seconds until there is. */
  take(name: string, perSecond: number = this.#perSecond): number {
    if (perSecond <= 0) return 0;
    const nowMs = this.#clock.now();
    const capacity = Math.max(1, perSecond * this.#burstSeconds);
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#maxBuckets) this.#makeRoom(nowMs);
      bucket = { tokens: capacity, atMs: nowMs, fullAtMs: nowMs };
      this.#buckets.set(name, bucket);
    } else {
      // A clock that is set back gives nothing and takes nothing.
      const elapsedMs = Math.max(0, nowMs - bucket.atMs);
      bucket.tokens = Math.min(capacity, bucket.tokens + (elapsedMs / 1000) * perSecond);
      bucket.atMs = nowMs;
    }
    const isAllowed = bucket.tokens >= 1;
    if (isAllowed) bucket.tokens -= 1;
    bucket.fullAtMs = nowMs + ((capacity - bucket.tokens) / perSecond) * 1000;
    return isAllowed ? 0 : (1 - bucket.tokens) / perSecond;
  }

  #makeRoom(nowMs: number): void {
    for (const [name, bucket] of this.#buckets) {
      if (bucket.fullAtMs <= nowMs) this.#buckets.delete(name);
    }
    if (this.#buckets.size < this.#maxBuckets) return;
    const byFullness = [...this.#buckets].sort(([, a], [, b]) => a.fullAtMs - b.fullAtMs);
    for (const [name] of byFullness.slice(0, Math.ceil(this.#maxBuckets / 10))) {
      this.#buckets.delete(name);
    }
  }
}
