import { VigieError } from '#domain/errors.ts';
import { RecordBatchBuilder } from './record-batch.ts';
import type { TakeRecord } from './record-writer.ts';

// Tested by: test/scale/kafka-stream.test.ts

/** A broker takes a batch of 1 MiB unless it is told otherwise; some is left for its head. */
const MAX_BATCH_BYTES = 900 * 1024;
const MAX_GROUP_BYTES = 8 * 1024 * 1024;
/** A record costs this beyond key, value and headers. */
const RECORD_OVERHEAD_BYTES = 20;

/** Records that go out in one produce call, and who waits for it. */
export interface ProduceGroup {
  batches: Map<number, RecordBatchBuilder>;
  bytes: number;
  entries: Set<QueueEntry>;
}

/** One submission's records; they may be spread over several groups. */
interface QueueEntry {
  open: number;
  bytes: number;
  resolve(): void;
  reject(error: Error): void;
}

/** What waits for its produce call; bounded by size, so that overload is answered, not stored. */
export class ProduceQueue {
  readonly #maxBytes: number;
  readonly #groups: ProduceGroup[] = [];
  #records = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Records that wait or are under way. */
  get records(): number {
    return this.#records;
  }

  /**
   * Takes the records that `write` makes of one submission of about `bytes`. Settles when the groups do that
   * they went into. Rejects with `overloaded` where there is no room; then `write` is not called.
   */
  add(bytes: number, write: (take: TakeRecord) => void): Promise<void> {
    // One request always fits, whatever the bound: a bound below the largest body would refuse it for ever.
    if (this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes) {
      return Promise.reject(
        new VigieError('overloaded', `${this.#records} readings are waiting already.`, {
          retryAfterSeconds: 1,
        }),
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry: QueueEntry = { open: 0, bytes, resolve, reject };
    write(({ partition, key, value, headers }) => {
      const size = key.length + value.length + headers.length + RECORD_OVERHEAD_BYTES;
      const { group, batch } = this.#roomFor(partition, size);
      batch.append(key, value, headers);
      group.bytes += size;
      this.#records++;
      if (!group.entries.has(entry)) {
        group.entries.add(entry);
        entry.open++;
      }
    });
    if (entry.open === 0) resolve();
    else this.#bytes += bytes;
    return promise;
  }

  /** The oldest group; its records are in the caller's hands. */
  take(): ProduceGroup | undefined {
    return this.#groups.shift();
  }

  /** What became of a group that was taken. */
  settle(group: ProduceGroup, error?: Error): void {
    for (const batch of group.batches.values()) this.#records -= batch.count;
    for (const entry of group.entries) {
      entry.open--;
      if (entry.open === 0) this.#bytes -= entry.bytes;
      if (error !== undefined) entry.reject(error);
      else if (entry.open === 0) entry.resolve();
    }
  }

  refuseAll(error: Error): void {
    for (const group of this.#groups.splice(0)) this.settle(group, error);
  }

  #roomFor(partition: number, size: number): { group: ProduceGroup; batch: RecordBatchBuilder } {
    let group = this.#groups.at(-1);
    const full =
      group === undefined ||
      group.bytes + size > MAX_GROUP_BYTES ||
      (group.batches.get(partition)?.bytes ?? 0) + size > MAX_BATCH_BYTES;
    if (group === undefined || (full && group.bytes > 0)) {
      group = { batches: new Map(), bytes: 0, entries: new Set() };
      this.#groups.push(group);
    }
    let batch = group.batches.get(partition);
    if (batch === undefined) {
      batch = new RecordBatchBuilder(Date.now());
      group.batches.set(partition, batch);
    }
    return { group, batch };
  }
}
