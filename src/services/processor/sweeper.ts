import type { Fleet } from './fleet.ts';
import type { Group } from './group.ts';
import type { SensorEntry } from './sensor-entry.ts';

// Tested by: processor.test.ts

/** A whole sweep takes this many steps; each step writes its share of the sensors. */
const STEPS = 20;
const SMALLEST_STEP = 50;

/**
 * Remembers the states of sensors little by little, so that no commit has to carry all of them. Once a
 * sweep is through, no restart needs the journal entries from before it began.
 */
export class Sweeper {
  #left: IterableIterator<SensorEntry> | undefined;
  #perStep = 0;
  #startId = 0;
  #rememberedThrough = 0;

  /** Every state that is written holds the journal up to here. */
  get rememberedThrough(): number {
    return this.#rememberedThrough;
  }

  reset(rememberedThrough: number): void {
    this.#left = undefined;
    this.#rememberedThrough = rememberedThrough;
  }

  /**
   * Adds the next share to a group; `journalId` is the id of the last group evaluated before it. After the last
   * share it answers the id for `committed`.
   */
  step(group: Group, fleet: Fleet, journalId: number): number | undefined {
    if (this.#left === undefined) {
      this.#left = fleet.all();
      this.#perStep = Math.max(SMALLEST_STEP, Math.ceil(fleet.sensorCount / STEPS));
      this.#startId = journalId;
    }
    for (let looked = 0; looked < this.#perStep; looked++) {
      const { value, done } = this.#left.next();
      if (done) {
        this.#left = undefined;
        return this.#startId;
      }
      if (value.isDirty) group.touched.add(value);
    }
    return undefined;
  }

  /** To be called when the group of the last step is durable, with what that step answered. */
  committed(throughId: number): void {
    this.#rememberedThrough = Math.max(this.#rememberedThrough, throughId);
  }
}
