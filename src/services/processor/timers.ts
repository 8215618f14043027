import type { RuleInstance } from './rule-instance.ts';

/** Not worth tidying up below. */
const SMALL = 1024;

/**
 * When rules want the clock. A binary heap with lazy entries: a due time that moved later is noticed
 * when the entry comes up, so that a reading which postpones a deadline costs nothing here.
 */
export class Timers {
  readonly #heap: { dueMs: number; instance: RuleInstance }[] = [];
  #tidyAt = SMALL;

  /** Entries, void ones among them. */
  get size(): number {
    return this.#heap.length;
  }

  get nextDueMs(): number {
    return this.#heap[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  /** Makes sure that the instance comes up no later than it wants to. */
  schedule(instance: RuleInstance): void {
    const dueMs = instance.rule.dueMs(instance.state, instance.sensor);
    if (dueMs >= instance.scheduledMs) return;
    instance.scheduledMs = dueMs;
    this.#push({ dueMs, instance });
  }

  /** The instances whose time has come, at most `limit`; those that want later are put back. */
  takeDue(nowMs: number, limit: number): RuleInstance[] {
    const due: RuleInstance[] = [];
    while (due.length < limit && this.nextDueMs <= nowMs) {
      const { dueMs, instance } = this.#pop();
      // An entry that a nearer one has overtaken.
      if (instance.isRetired || instance.scheduledMs !== dueMs) continue;
      instance.scheduledMs = Number.POSITIVE_INFINITY;
      if (instance.rule.dueMs(instance.state, instance.sensor) <= nowMs) due.push(instance);
      else this.schedule(instance);
    }
    return due;
  }

  #push(entry: { dueMs: number; instance: RuleInstance }): void {
    const heap = this.#heap;
    if (heap.length >= this.#tidyAt) this.#tidy();
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (above.dueMs <= entry.dueMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  /** Drops void entries: of a rule that is changed often and due in a year they would pile up until then. */
  #tidy(): void {
    const valid = this.#heap
      .splice(0)
      .filter(({ dueMs, instance }) => !instance.isRetired && instance.scheduledMs === dueMs);
    this.#tidyAt = Math.max(SMALL, 2 * valid.length);
    // A sorted array is a heap.
    for (const entry of valid.sort((a, b) => a.dueMs - b.dueMs)) this.#heap.push(entry);
  }

  #pop(): { dueMs: number; instance: RuleInstance } {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.dueMs < heap[child]!.dueMs) child++;
      if (heap[child]!.dueMs >= last.dueMs) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
