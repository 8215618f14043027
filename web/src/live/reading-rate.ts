const SLOTS = 10;
const SLOT_MS = 1000;

/** How many readings come in a second, as the mean of the last ten whole seconds. */
export class ReadingRate {
  readonly #counts: number[] = new Array(SLOTS + 1).fill(0);
  #slot = 0;

  add(count: number, nowMs: number): void {
    this.#moveTo(nowMs);
    this.#counts[this.#slot % (SLOTS + 1)]! += count;
  }

  /** The second under way is not counted: it is not over. */
  perSecond(nowMs: number): number {
    this.#moveTo(nowMs);
    const current = this.#counts[this.#slot % (SLOTS + 1)] ?? 0;
    return (this.#counts.reduce((sum, count) => sum + count, 0) - current) / SLOTS;
  }

  #moveTo(nowMs: number): void {
    const slot = Math.floor(nowMs / SLOT_MS);
    const steps = Math.min(slot - this.#slot, SLOTS + 1);
    for (let step = 1; step <= steps; step += 1)
      this.#counts[(slot - steps + step) % (SLOTS + 1)] = 0;
    this.#slot = Math.max(slot, this.#slot);
  }
}
