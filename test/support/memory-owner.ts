import { VigieError } from '#domain/errors.ts';
import type { PartitionIntake, PartitionOwner } from '#stream/reading-source.ts';
import type { IngestOutcome, Submission } from '#stream/reading-stream.ts';

/** What one partition's owners have made durable. */
interface StoredPartition {
  nextOffset: number;
  generation: number;
  /** `sensor_id:value` of every first value, in the order of the commits. */
  values: string[];
  refused: { code: string; detail: string; payload: string }[];
}

/** A store for partitions that keeps the promises of `PartitionIntake`, in memory: for tests of sources. */
export class MemoryStore {
  readonly partitions = new Map<number, StoredPartition>();
  /** Set to let commits fail. */
  isDown = false;
  commitMs = 2;

  get values(): string[] {
    return [...this.partitions.values()].flatMap(({ values }) => values);
  }

  get refused(): StoredPartition['refused'] {
    return [...this.partitions.values()].flatMap(({ refused }) => refused);
  }

  partition(at: number): StoredPartition {
    const known = this.partitions.get(at);
    if (known) return known;
    const made = { nextOffset: 0, generation: 0, values: [], refused: [] };
    this.partitions.set(at, made);
    return made;
  }

  /** One process's hold on the store. */
  owner(): PartitionOwner {
    return {
      open: async ({ number: at }) => {
        if (this.isDown) throw new VigieError('storage_unavailable', 'down');
        const stored = this.partition(at);
        return new MemoryIntake(this, stored, ++stored.generation);
      },
    };
  }
}

class MemoryIntake implements PartitionIntake {
  readonly nextOffset: number;
  readonly #store: MemoryStore;
  readonly #stored: StoredPartition;
  readonly #generation: number;
  #line: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(store: MemoryStore, stored: StoredPartition, generation: number) {
    this.#store = store;
    this.#stored = stored;
    this.#generation = generation;
    this.nextOffset = stored.nextOffset;
  }

  publish(submission: Submission): Promise<IngestOutcome> {
    const done = this.#line.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, this.#store.commitMs));
      return this.#commit(submission);
    });
    this.#line = done;
    done.catch(() => undefined);
    return done;
  }

  seenThrough(): void {}

  async close(how: 'handover' | 'abandon'): Promise<void> {
    if (how === 'handover') await this.#line.catch(() => undefined);
    this.#isClosed = true;
  }

  #commit({ parsed: { batch, refused }, offset }: Submission): IngestOutcome {
    if (this.#isClosed) throw new VigieError('shutting_down', 'closed');
    if (this.#store.isDown) throw new VigieError('storage_unavailable', 'down');
    if (this.#stored.generation !== this.#generation) {
      throw new VigieError('storage_unavailable', 'another one has the partition');
    }
    let at = 0;
    for (let n = 0; n < batch.count; n++) {
      this.#stored.values.push(`${batch.sensorIds[n]}:${batch.values[at]}`);
      at += batch.shapes[n]!.length;
    }
    this.#stored.refused.push(
      ...refused.map(({ code, detail, payload }) => ({ code, detail, payload })),
    );
    this.#stored.nextOffset = offset! + 1;
    return {
      accepted: batch.count,
      late: 0,
      replaced: 0,
      duplicates: 0,
      rejected: refused.map(({ index, code, pointer, detail }) => ({
        index,
        code,
        pointer,
        detail,
      })),
      alerts: [],
    };
  }
}
