import { setImmediate as yieldToOthers } from 'node:timers/promises';

// Tested by: work-slices.test.ts

/** A reading meets several slices on its way to whoever is told, each time it comes back to this thread. */
const SLICE_MS = 0.5;
const FIRST_SIZE = 500;
const SIZES = { least: 20, most: 20_000 };
/** A pause of the machine within one slice says little about the next. */
const MOST_CHANGE = 2;

/**
 * Long work in the thread that judges readings, a slice at a time: each is about as large as fits into half a millisecond, as
 * the slices before it took, and readings have their turn after each.
 */
export class WorkSlices {
  #size = FIRST_SIZE;

  /** How many pieces are worth a slice. */
  get size(): number {
    return this.#size;
  }

  /** Does the work of `count` pieces, then lets others have their turn. */
  async run(count: number, work: () => void): Promise<void> {
    const begun = performance.now();
    work();
    this.#learn(count, performance.now() - begun);
    await yieldToOthers();
  }

  #learn(count: number, tookMs: number): void {
    if (count === 0) return;
    const fitting = (count * SLICE_MS) / Math.max(tookMs, 0.001);
    const near = Math.min(this.#size * MOST_CHANGE, Math.max(this.#size / MOST_CHANGE, fitting));
    this.#size = Math.round(Math.min(SIZES.most, Math.max(SIZES.least, near)));
  }
}
