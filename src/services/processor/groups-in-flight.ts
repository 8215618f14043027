/** While groups are being written the next is computed and waits its turn, so that the disk never does. */
const MOST = 2;
/** A smaller group computes faster than it is written, and every write costs the same: it waits and grows. */
const WORTH_A_WRITE_READINGS = 1000;

/** The groups that are being written, and whether the next is to be made already. */
export class GroupsInFlight {
  readonly #groups = new Set<Promise<void>>();

  get size(): number {
    return this.#groups.size;
  }

  /** `written` must not reject. */
  add(written: Promise<void>): void {
    const tracked: Promise<void> = written.finally(() => this.#groups.delete(tracked));
    this.#groups.add(tracked);
  }

  /** Whether a group of so many readings is better made after one of these. */
  isEnoughFor(readings: number): boolean {
    return this.size >= MOST || (this.size > 0 && readings < WORTH_A_WRITE_READINGS);
  }

  /** Resolves when one of these is written and what the network brought meanwhile has been read. */
  async one(): Promise<void> {
    await Promise.race(this.#groups);
    await new Promise((read) => setImmediate(read));
  }

  async all(): Promise<void> {
    await Promise.all(this.#groups);
  }
}
