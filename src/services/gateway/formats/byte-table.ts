const FIRST_SLOTS = 1 << 10;
const FIRST_ARENA_WORDS = 1 << 13;
/**
 * After so many occupied slots in a row a key counts as unknown and is not kept (about one in two thousand at
 * half load), so that collisions cannot be used to slow this down. Unknown keys are read the slow way.
 */
const MAX_PROBES = 32;
/** Longer runs are not looked for to their end: a text without stop bytes would be read again and again. */
export const MAX_RUN_BYTES = 2048;
/** `end` where a run is longer than that; it lies beyond every content. */
export const NO_END = 0x3fff_ffff;
/** Words of an entry before its key: hash, length in bytes, index of its value. */
const HEADER_WORDS = 3;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;
const MULTIPLIER = 0x9e3779b1 | 0;

export interface ByteTableLimits {
  maxEntries: number;
  maxBytes: number;
}

/**
 * Open-addressing hash table from runs of bytes to values, for reading texts that come again and again
 * without making a string of them each time. A run ends before its stop byte; it is hashed, and compared,
 * four bytes at a time. Bounded: when full it starts anew.
 *
 * `find` may read up to 3 bytes past the stop byte, so the view must be longer than its content.
 */
export class ByteTable<T> {
  /** Position of the stop byte that the last `find` met, or NO_END. */
  end = 0;
  #hash = 0;
  readonly #limits: ByteTableLimits;
  /** Differs between processes, so that nobody can prepare keys that collide. */
  readonly #seed = (Math.random() * 0x1_0000_0000) | 0;
  #slots = new Int32Array(FIRST_SLOTS);
  #arena = new Int32Array(FIRST_ARENA_WORDS);
  /** Where the next entry goes; 0 marks an empty slot, so the first is at 1. */
  #arenaEnd = 1;
  #values: T[] = [];

  constructor(limits: ByteTableLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#values.length;
  }

  /**
   * The value of the bytes from `start` to before the next stop byte, which must exist; `stop` is that byte
   * four times in a word. undefined where they are not known (`add` then makes them so).
   */
  find(view: DataView, start: number, stop: number): T | undefined {
    let at = start;
    let hash = this.#seed;
    let word = view.getInt32(at, true);
    let zeros = word ^ stop;
    zeros = (zeros - ONES) & ~zeros & HIGH_BITS;
    while (zeros === 0) {
      hash = Math.imul(hash ^ word, MULTIPLIER);
      hash ^= hash >>> 15;
      at += 4;
      if (at - start > MAX_RUN_BYTES) {
        this.end = NO_END;
        return undefined;
      }
      word = view.getInt32(at, true);
      zeros = word ^ stop;
      zeros = (zeros - ONES) & ~zeros & HIGH_BITS;
    }
    // The lowest bit that is set tells the first stop byte: bit 7, 15, 23 or 31.
    const bit = 31 - Math.clz32(zeros & -zeros);
    const tailMask = (1 << (bit & 24)) - 1;
    const tail = word & tailMask;
    hash = Math.imul(hash ^ tail, MULTIPLIER);
    hash ^= hash >>> 15;
    this.#hash = hash;
    const end = at + (bit >> 3);
    this.end = end;

    const slots = this.#slots;
    const arena = this.#arena;
    const mask = slots.length - 1;
    const length = end - start;
    const fullBytes = length & ~3;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const entry = slots[(hash + probe) & mask]!;
      if (entry === 0) return undefined;
      if (arena[entry] !== hash || arena[entry + 1] !== length) continue;
      const key = entry + HEADER_WORDS;
      let offset = 0;
      while (
        offset < fullBytes &&
        arena[key + (offset >> 2)] === view.getInt32(start + offset, true)
      ) {
        offset += 4;
      }
      if (offset === fullBytes && arena[key + (offset >> 2)] === tail) {
        return this.#values[arena[entry + 2]!];
      }
    }
    return undefined;
  }

  /** Keeps a value for the bytes that the last `find` (from the same start) did not know. */
  add(view: DataView, start: number, value: T): void {
    const length = this.end - start;
    if (length > MAX_RUN_BYTES) return;
    const words = HEADER_WORDS + (length >> 2) + 1;
    const { maxEntries, maxBytes } = this.#limits;
    if (this.size >= maxEntries || (this.#arenaEnd + words) * 4 > maxBytes) this.clear();
    this.#makeRoom(words);
    const arena = this.#arena;
    const entry = this.#arenaEnd;
    arena[entry] = this.#hash;
    arena[entry + 1] = length;
    arena[entry + 2] = this.#values.length;
    let key = entry + HEADER_WORDS;
    let at = start;
    for (; at + 4 <= this.end; at += 4) arena[key++] = view.getInt32(at, true);
    arena[key] = view.getInt32(at, true) & ((1 << ((this.end - at) * 8)) - 1);
    if (!this.#place(entry)) return;
    this.#arenaEnd = entry + words;
    this.#values.push(value);
  }

  clear(): void {
    this.#slots = new Int32Array(FIRST_SLOTS);
    this.#arena = new Int32Array(FIRST_ARENA_WORDS);
    this.#arenaEnd = 1;
    this.#values = [];
  }

  #makeRoom(words: number): void {
    if (this.#arenaEnd + words > this.#arena.length) {
      const grown = new Int32Array(this.#arena.length * 2);
      grown.set(this.#arena);
      this.#arena = grown;
    }
    // At most half of the slots are in use.
    if (this.size * 2 < this.#slots.length) return;
    this.#slots = new Int32Array(this.#slots.length * 2);
    const arena = this.#arena;
    for (let entry = 1; entry < this.#arenaEnd; ) {
      this.#place(entry);
      entry += HEADER_WORDS + ((arena[entry + 1] ?? 0) >> 2) + 1;
    }
  }

  #place(entry: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const hash = this.#arena[entry]!;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & mask;
      if (slots[slot] === 0) {
        slots[slot] = entry;
        return true;
      }
    }
    return false;
  }
}
