import type { SampleColumns } from '../../sample-columns.ts';

const RADIX_BITS = 11;
const RADIX = 1 << RADIX_BITS;
const FIRST_CAPACITY = 16_384;

/**
 * A portion of the journal on its way into a table: collects journal rows and brings their samples into
 * the order (series, time). Where a (series, time) comes more than once, the one that came last stands.
 *
 * About 40 bytes a sample, kept for the next portion until `release()`.
 */
export class SampleStage {
  /** Samples collected. */
  count = 0;
  series = new Int32Array(0);
  timesMs = new Float64Array(0);
  values = new Float64Array(0);
  /** Position in `receivedMs` of each sample's journal row. */
  #source = new Int32Array(0);
  #receivedMs: number[] = [];
  #replacing: number[] = [];
  #order = new Uint32Array(0);
  #spare = new Uint32Array(0);

  clear(): void {
    this.count = 0;
    this.#receivedMs = [];
    this.#replacing = [];
  }

  /** Gives the memory back at once instead of at some later garbage collection. */
  release(): void {
    this.clear();
    for (const array of this.#arrays()) array.buffer.transfer(0);
    this.series = new Int32Array(0);
    this.timesMs = new Float64Array(0);
    this.values = new Float64Array(0);
    this.#source = new Int32Array(0);
    this.#order = new Uint32Array(0);
    this.#spare = new Uint32Array(0);
  }

  add(columns: SampleColumns, receivedMs: number): void {
    const at = this.count;
    this.#reserve(at + columns.count);
    this.series.set(columns.series, at);
    this.timesMs.set(columns.timesMs, at);
    this.values.set(columns.values, at);
    this.#source.fill(this.#receivedMs.length, at, at + columns.count);
    this.#receivedMs.push(receivedMs);
    for (const position of columns.replacing) this.#replacing.push(at + position);
    this.count = at + columns.count;
  }

  receivedMs(position: number): number {
    return this.#receivedMs[this.#source[position] ?? 0] ?? 0;
  }

  /** Positions of the samples whose (series, time) may be stored already and must give way. */
  get replacing(): readonly number[] {
    return this.#replacing;
  }

  /** Positions in the order (series, time), one for each (series, time). Valid until the next `add`. */
  sorted(): Uint32Array {
    this.#sortBySeries();
    this.#sortTimes();
    return this.#order.subarray(0, this.#keepLast());
  }

  #arrays(): (Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>)[] {
    return [this.series, this.timesMs, this.values, this.#source, this.#order, this.#spare];
  }

  #reserve(needed: number): void {
    if (needed <= this.series.length) return;
    const capacity = Math.max(needed, this.series.length * 2, FIRST_CAPACITY);
    const { count } = this;
    const before = this.#arrays();
    this.series = grown(this.series, count, new Int32Array(capacity));
    this.timesMs = grown(this.timesMs, count, new Float64Array(capacity));
    this.values = grown(this.values, count, new Float64Array(capacity));
    this.#source = grown(this.#source, count, new Int32Array(capacity));
    this.#order = new Uint32Array(capacity);
    this.#spare = new Uint32Array(capacity);
    for (const array of before) array.buffer.transfer(0);
  }

  /** Stable radix sort over the digits that the largest id has. */
  #sortBySeries(): void {
    const { series, count } = this;
    let largest = 0;
    for (let i = 0; i < count; i++) {
      this.#order[i] = i;
      if ((series[i] ?? 0) > largest) largest = series[i] ?? 0;
    }
    const starts = new Uint32Array(RADIX);
    for (let shift = 0; shift < 31 && largest >>> shift > 0; shift += RADIX_BITS) {
      const from = this.#order;
      const to = this.#spare;
      starts.fill(0);
      for (let i = 0; i < count; i++) starts[((series[i] ?? 0) >>> shift) & (RADIX - 1)]!++;
      let sum = 0;
      for (let digit = 0; digit < RADIX; digit++) {
        const size = starts[digit] ?? 0;
        starts[digit] = sum;
        sum += size;
      }
      for (let i = 0; i < count; i++) {
        const position = from[i] ?? 0;
        const digit = ((series[position] ?? 0) >>> shift) & (RADIX - 1);
        to[starts[digit]!++] = position;
      }
      this.#order = to;
      this.#spare = from;
    }
  }

  /** Times of a series nearly always ascend as they come; only a series where they do not is sorted. */
  #sortTimes(): void {
    const { series, timesMs, count } = this;
    const order = this.#order;
    let start = 0;
    let ascends = true;
    for (let i = 1; i <= count; i++) {
      const here = order[i] ?? 0;
      const before = order[i - 1] ?? 0;
      if (i < count && series[here] === series[before]) {
        if ((timesMs[here] ?? 0) < (timesMs[before] ?? 0)) ascends = false;
        continue;
      }
      if (!ascends) {
        order.subarray(start, i).sort((a, b) => (timesMs[a] ?? 0) - (timesMs[b] ?? 0) || a - b);
      }
      start = i;
      ascends = true;
    }
  }

  #keepLast(): number {
    const { series, timesMs, count } = this;
    const order = this.#order;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const here = order[i] ?? 0;
      const next = order[i + 1] ?? 0;
      const repeats =
        i + 1 < count && series[here] === series[next] && timesMs[here] === timesMs[next];
      if (!repeats) order[kept++] = here;
    }
    return kept;
  }
}

function grown<A extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  old: A,
  count: number,
  fresh: A,
): A {
  fresh.set(old.subarray(0, count));
  return fresh;
}
