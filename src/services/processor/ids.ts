/** Gives out the numbers of new sensors or series. */
export interface Ids {
  next(): number;
  /** The number is somebody's already. */
  taken(id: number): void;
  /** How many `next` can give at once. */
  readonly available: number;
  /** More numbers: `count` of them from `first` on. */
  add(first: number, count: number): void;
}

/** One author of ids: they grow, beyond every one that is known. */
export class GrowingIds implements Ids {
  readonly available = Number.POSITIVE_INFINITY;
  #next = 1;

  next(): number {
    return this.#next++;
  }

  taken(id: number): void {
    this.#next = Math.max(this.#next, id + 1);
  }

  add(): void {
    throw new Error('growing ids need no blocks');
  }
}

/** Several authors: each gives out blocks that the storage has set aside for it. Gaps do no harm. */
export class BlockIds implements Ids {
  #next = 0;
  #end = 0;

  get available(): number {
    return this.#end - this.#next;
  }

  next(): number {
    if (this.available === 0)
      throw new Error('no ids are left; a block is set aside before a group');
    return this.#next++;
  }

  taken(): void {
    // Blocks hold no number that was ever given out.
  }

  /** What was left of the block before is given up. */
  add(first: number, count: number): void {
    this.#next = first;
    this.#end = first + count;
  }
}
