import { Reader, readRecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, type ParsedReadings } from '#domain/reading.ts';
import { encodeHeaders, RecordBatchBuilder } from '#stream/kafka/record-batch.ts';
import { type LoggedSubmission, RecordReader } from '#stream/kafka/record-reader.ts';
import { RecordWriter } from '#stream/kafka/record-writer.ts';
import type { Submission } from '#stream/reading-stream.ts';
import { parseJson } from './json.ts';
import { parseLineProtocol } from './line-protocol.ts';
import { parseRecords } from './records.ts';

const RECEIVED_MS = 1_700_000_000_000;
const context = { limits: DEFAULT_LIMITS, receivedMs: RECEIVED_MS };

function submissionOf(parsed: ParsedReadings, changes: Partial<Submission> = {}): Submission {
  return {
    customer: 'main',
    source: 'http',
    receivedMs: RECEIVED_MS,
    bytes: 100,
    parsed,
    ...changes,
  };
}

/** Through bytes as a broker keeps them, in one partition. */
function throughLog(submissions: readonly Submission[], reply?: string): LoggedSubmission[] {
  const writer = new RecordWriter(1);
  const batch = new RecordBatchBuilder(RECEIVED_MS);
  for (const submission of submissions) {
    const take = ({ key, value, headers }: { key: Buffer; value: Buffer; headers: Buffer }) =>
      batch.append(key, value, headers);
    writer.readings(submission, take, reply === undefined ? {} : { reply });
    writer.refused(submission, submission.parsed.refused, take);
  }
  return read(batch);
}

function read(batch: RecordBatchBuilder): LoggedSubmission[] {
  const bytes = batch.finish({ id: 1n, epoch: 0 }, 0, 'none');
  const reader = new RecordReader('t', { limits: DEFAULT_LIMITS, parse: parseRecords });
  return reader.read({
    partition: 0,
    firstOffset: 0,
    nextOffset: batch.count,
    endOffset: batch.count,
    batches: [readRecordsBatch(Reader.from(bytes))],
  });
}

function viewOf({ batch }: ParsedReadings) {
  let offset = 0;
  return Array.from({ length: batch.count }, (_, at) => {
    const shape = batch.shapes[at]!;
    const values = [...batch.values.subarray(offset, offset + shape.length)];
    offset += shape.length;
    return {
      id: batch.sensorIds[at],
      ms: batch.timesMs[at],
      shape,
      values,
      metadata: batch.metadata[at],
    };
  });
}

const name = fc.stringMatching(/^[a-zA-Zéß日0-9_.-]{3,20}$/);
const reading = fc.record(
  {
    sensor_id: name,
    timestamp: fc
      .integer({ min: 0, max: RECEIVED_MS * 1000 })
      .map(
        (us) =>
          `${new Date(us / 1000).toISOString().slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`,
      ),
    readings: fc.dictionary(name, fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minKeys: 1,
      maxKeys: 5,
    }),
    metadata: fc.record(
      {
        location: fc.string({ maxLength: 20 }).map((text) => text.replace(/\p{Cc}|\p{Cs}/gu, '')),
        calibration_date: fc.constant('2026-03-01T00:00:00Z'),
        labels: fc.dictionary(name, name, { minKeys: 1 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['sensor_id', 'readings'] },
);

test('what a gateway writes to the log is what a processor reads from it', () => {
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 30 }), (readings) => {
      const parsed = parseJson(Buffer.from(JSON.stringify(readings)), context);
      expect(parsed.refused).toEqual([]);
      const logged = throughLog([submissionOf(parsed)]);
      expect(logged).toHaveLength(1);
      expect(logged[0]?.submission).toMatchObject({
        customer: 'main',
        source: 'http',
        receivedMs: RECEIVED_MS,
        offset: readings.length - 1,
      });
      expect(viewOf(logged[0]!.submission.parsed)).toEqual(viewOf(parsed));
      expect(logged[0]?.submission.parsed.refused).toEqual([]);
    }),
  );
});

test('what only other formats can say survives too', () => {
  const line = 'reading,sensor_id=a,site=lyon,floor=2 t=1,on=true 1700000000000000001';
  const parsed = parseLineProtocol(Buffer.from(line), {
    ...context,
    precision: 'ns',
    sensorTag: undefined,
  });
  const { batch } = parsed;
  batch.metadata[0] = {
    ...batch.metadata[0],
    units: { t: 'Cel' },
    name: 'A',
    updateWithinMs: 5000,
  };
  const [logged] = throughLog([submissionOf(parsed, { source: 'line' })]);
  expect(viewOf(logged!.submission.parsed)).toEqual(viewOf(parsed));
  expect(logged?.submission.source).toBe('line');
});

test('submissions are cut where customer, source, sender or time of receipt change, and never elsewhere', () => {
  const one = (id: string, changes: Partial<Submission> = {}) =>
    submissionOf(
      parseJson(Buffer.from(`{"sensor_id":"${id}","readings":{"t":1}}`), context),
      changes,
    );
  const logged = throughLog([
    one('a'),
    one('b', { receivedMs: RECEIVED_MS + 900 }),
    one('c', { receivedMs: RECEIVED_MS + 1001 }),
    one('d', { customer: 'other' }),
    one('e', { customer: 'other', source: 'mqtt' }),
  ]);
  expect(
    logged.map(({ submission: { customer, source, parsed, offset } }) => [
      customer,
      source,
      parsed.batch.sensorIds,
      offset,
    ]),
  ).toEqual([
    ['main', 'http', ['a', 'b'], 1],
    ['main', 'http', ['c'], 2],
    ['other', 'http', ['d'], 3],
    ['other', 'mqtt', ['e'], 4],
  ]);
});

test('readings that somebody waits for carry the address and their place in the request', () => {
  const text =
    '[{"sensor_id":"a","readings":{"t":1}},{"sensor_id":"b"},{"sensor_id":"c","readings":{"t":3}}]';
  const [logged] = throughLog([submissionOf(parseJson(Buffer.from(text), context))], 'gateway/7');
  expect(logged?.reply).toEqual({ address: 'gateway/7', readings: 2 });
  expect(logged?.submission.parsed.batch.indexes).toEqual([0, 2]);
});

test('a refused reading arrives as it was refused', () => {
  const parsed = parseJson(
    Buffer.from('[{"sensor_id":"a"},{"sensor_id":7,"readings":{}}]'),
    context,
  );
  const [logged] = throughLog([submissionOf(parsed)]);
  expect(logged?.submission.parsed.refused).toEqual(
    parsed.refused.map((each) => ({ ...each, index: 0 })),
  );
  expect(logged?.submission).toMatchObject({ offset: 1, parsed: { batch: { count: 0 } } });
});

test('a record without a time of receipt is as old as the log says', () => {
  const batch = new RecordBatchBuilder(RECEIVED_MS);
  batch.append(
    Buffer.from('main/a'),
    Buffer.from('{"sensor_id":"a","readings":{"t":1}}'),
    encodeHeaders({}),
  );
  const [logged] = read(batch);
  expect(logged?.submission).toMatchObject({ receivedMs: RECEIVED_MS, source: 'import' });
  expect([...logged!.submission.parsed.batch.timesMs]).toEqual([RECEIVED_MS]);
});
