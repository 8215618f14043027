const SMALLEST = 1 << 16;
const LARGEST = 1 << 22;
const KEPT = 4;

/**
 * Memory for journal entries, used again: at full rate some 30 MB a second would otherwise be made, cleared
 * and collected in two threads.
 */
export class BlobPool {
  readonly #free = new Map<number, ArrayBuffer[]>();

  /** At least `bytes` of memory with whatever was in it. Sizes that are not worth keeping are made anew. */
  take(bytes: number): ArrayBuffer {
    if (bytes < SMALLEST || bytes > LARGEST) return new ArrayBuffer(bytes);
    const size = 2 ** Math.ceil(Math.log2(bytes));
    return this.#free.get(size)?.pop() ?? new ArrayBuffer(size);
  }

  give(buffer: ArrayBuffer): void {
    const size = buffer.byteLength;
    if (size < SMALLEST || size > LARGEST || 2 ** Math.round(Math.log2(size)) !== size) return;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [buffer]);
    else if (free.length < KEPT) free.push(buffer);
  }
}
