import { Reader, readRecordsBatch } from '@platformatic/kafka';
import { expect, test } from 'vitest';
import { type Compression, encodeHeaders, RecordBatchBuilder } from './record-batch.ts';

const HEADERS = encodeHeaders({ source: 'http', kind: 'é' });

function batchOf(count: number, compression: Compression) {
  const builder = new RecordBatchBuilder(1_700_000_000_123);
  for (let n = 0; n < count; n++) {
    builder.append(
      Buffer.from(`main/s${n}`),
      Buffer.from(`{"n":${n},"x":"${'y'.repeat(n)}"}`),
      HEADERS,
    );
  }
  return builder.finish({ id: 7n, epoch: 2 }, 40, compression);
}

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'a batch (%s) is read as it was written',
  (compression) => {
    const batch = readRecordsBatch(Reader.from(batchOf(3000, compression)));
    expect(batch).toMatchObject({
      firstOffset: 0n,
      magic: 2,
      lastOffsetDelta: 2999,
      firstTimestamp: 1_700_000_000_123n,
      producerId: 7n,
      producerEpoch: 2,
      firstSequence: 40,
    });
    expect(batch.records).toHaveLength(3000);
    batch.records.forEach((record, n) => {
      expect(record.offsetDelta).toBe(n);
      expect(record.key?.toString()).toBe(`main/s${n}`);
      expect(JSON.parse(String(record.value))).toEqual({ n, x: 'y'.repeat(n) });
    });
    const [source, kind] = batch.records[0]!.headers;
    expect(source?.map(String)).toEqual(['source', 'http']);
    expect(kind?.map(String)).toEqual(['kind', 'é']);
  },
);

test('a small batch is left as it is', () => {
  expect(readRecordsBatch(Reader.from(batchOf(1, 'zstd'))).attributes).toBe(0);
});

test('a batch can be finished again for another producer', () => {
  const builder = new RecordBatchBuilder(5);
  builder.append(Buffer.from('k'), Buffer.from('v'), encodeHeaders({}));
  builder.finish({ id: 1n, epoch: 0 }, 9, 'none');
  const again = readRecordsBatch(Reader.from(builder.finish({ id: 2n, epoch: 0 }, 0, 'none')));
  expect(again).toMatchObject({ producerId: 2n, firstSequence: 0, length: again.length });
  expect(again.records[0]?.headers).toEqual([]);
});
