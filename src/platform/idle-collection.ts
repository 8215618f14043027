import v8 from 'node:v8';
import vm from 'node:vm';

const LOOK_EVERY_MS = 5000;
const PAUSE_MS = 60_000;
/** Share of the time in which the thread was at work. */
const IDLE_BELOW = 0.02;
const WORTH_BYTES = 8 * 1024 * 1024;

/** What a thread's heap looks like at one moment. */
export interface RestingHeap {
  /** 0–1, since the last look. */
  utilization: number;
  heapBytes: number;
  /** After the last collection; 0 before the first. */
  keptBytes: number;
}

/** Whether the pause of a collection (some 50 ms) disturbs nobody and gains something. */
export function isWorthCollecting({ utilization, heapBytes, keptBytes }: RestingHeap): boolean {
  return utilization < IDLE_BELOW && heapBytes - keptBytes >= WORTH_BYTES;
}

/**
 * Gives the memory that a thread's start or busy time has left behind back to the system once the thread is at rest.
 * V8 collects when something is allocated, so at rest it keeps what it has for good. For the calling thread; until
 * the thread ends. `beside` frees what lies outside the heap.
 */
export function collectWhenIdle({ lookEveryMs = LOOK_EVERY_MS, beside = () => {} } = {}): void {
  let keptBytes = 0;
  let collectedAt = Number.NEGATIVE_INFINITY;
  let before = performance.eventLoopUtilization();
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (performance.now() - collectedAt < PAUSE_MS) return;
    if (!isWorthCollecting({ utilization, heapBytes: heapBytes(), keptBytes })) return;
    collect();
    beside();
    keptBytes = heapBytes();
    collectedAt = performance.now();
  }, lookEveryMs).unref();
}

function heapBytes(): number {
  return v8.getHeapStatistics().total_physical_size;
}

type Collect = (options: { type: 'major'; flavor: 'last-resort' }) => void;

/** `last-resort` also makes the young generation small again. The function is only there for contexts made meanwhile. */
function collect(): void {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc') as Collect;
  v8.setFlagsFromString('--no-expose-gc');
  gc({ type: 'major', flavor: 'last-resort' });
}
