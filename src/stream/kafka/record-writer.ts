import type { MetricShape, ReadingMetadata, RefusedReading } from '#domain/reading.ts';
import type { IngestSource, Submission } from '../reading-stream.ts';
import { KeyBook } from './key-book.ts';
import { encodeHeaders } from './record-batch.ts';
import {
  HEADERS,
  memberNames,
  metadataMember,
  receivedAtSuffix,
  TimeWriter,
} from './record-format.ts';

// Tested by: services/gateway/formats/records.test.ts

/** Takes a record; `value` is good until the call returns. */
export type TakeRecord = (record: {
  partition: number;
  key: Buffer;
  value: Buffer;
  headers: Buffer;
}) => void;

const FIRST_SCRATCH_BYTES = 64 * 1024;
const BYTES_PER_UNIT = 3;
/** Metadata objects are shared between readings; their text is worked out once. */
const MAX_SHAPES = 1 << 14;

/** Turns the readings of submissions into records: key, JSON value and headers of `vigie.readings`. */
export class RecordWriter {
  readonly #keys: KeyBook;
  readonly #times = new TimeWriter();
  readonly #shapes = new Map<MetricShape, readonly string[]>();
  readonly #metadata = new WeakMap<ReadingMetadata, string>();
  readonly #sourceHeaders = new Map<IngestSource, Buffer>();
  #scratch = Buffer.allocUnsafe(FIRST_SCRATCH_BYTES);

  constructor(partitions: number) {
    this.#keys = new KeyBook(partitions);
  }

  /**
   * One record for each reading that `isTaken` (undefined = all), in their order. With `reply` each says where
   * its outcome is waited for.
   */
  readings(
    { customer, source, receivedMs, parsed: { batch } }: Submission,
    take: TakeRecord,
    { reply, isTaken }: { reply?: string; isTaken?: (at: number) => boolean } = {},
  ): void {
    const suffix = receivedAtSuffix(receivedMs);
    const common = reply === undefined ? this.#headersOf(source) : undefined;
    let offset = 0;
    for (let at = 0; at < batch.count; at++) {
      const shape = batch.shapes[at]!;
      const first = offset;
      offset += shape.length;
      if (isTaken !== undefined && !isTaken(at)) continue;
      const { key, partition, head } = this.#keys.find(customer, batch.sensorIds[at]!);
      const names = this.#shapes.get(shape) ?? this.#learn(shape);
      let text = `${head}${this.#times.write(batch.timesMs[at]!)}","readings":{`;
      for (let k = 0; k < names.length; k++) text += `${names[k]!}${batch.values[first + k]!}`;
      const metadata = batch.metadata[at];
      text += metadata === undefined ? `}${suffix}` : `}${this.#metadataOf(metadata)}${suffix}`;
      const headers =
        common ??
        encodeHeaders({
          [HEADERS.source]: source,
          [HEADERS.reply]: reply!,
          [HEADERS.index]: String(batch.indexes?.[at] ?? at),
        });
      take({ partition, key, value: this.#encode(text), headers });
    }
  }

  /** One record for each reading that the gateway refused, for the dead letters. */
  refused(
    { customer, source, receivedMs }: Submission,
    refused: readonly RefusedReading[],
    take: TakeRecord,
  ): void {
    const headers = encodeHeaders({ [HEADERS.source]: source, [HEADERS.kind]: 'refused' });
    for (const { index: _index, sensorId, ...rest } of refused) {
      const { key, partition } = this.#keys.find(customer, sensorId ?? '');
      const members = JSON.stringify({ sensor_id: sensorId, ...rest });
      const value = this.#encode(members.slice(0, -1) + receivedAtSuffix(receivedMs));
      take({ partition, key, value, headers });
    }
  }

  #headersOf(source: IngestSource): Buffer {
    let headers = this.#sourceHeaders.get(source);
    if (headers === undefined) {
      headers = encodeHeaders({ [HEADERS.source]: source });
      this.#sourceHeaders.set(source, headers);
    }
    return headers;
  }

  #learn(shape: MetricShape): readonly string[] {
    const names = memberNames(shape);
    if (this.#shapes.size >= MAX_SHAPES) this.#shapes.clear();
    this.#shapes.set(shape, names);
    return names;
  }

  #metadataOf(metadata: ReadingMetadata): string {
    let text = this.#metadata.get(metadata);
    if (text === undefined) {
      text = metadataMember(metadata);
      this.#metadata.set(metadata, text);
    }
    return text;
  }

  #encode(text: string): Buffer {
    const most = text.length * BYTES_PER_UNIT;
    if (most > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(2 * most);
    return this.#scratch.subarray(0, this.#scratch.write(text, 0, 'utf8'));
  }
}
