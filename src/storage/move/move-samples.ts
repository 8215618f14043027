import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { encodeCopy, HEADER_BYTES, ROW_BYTES } from '../postgres/copy-rows.ts';
import { daysOf, Partitions } from '../postgres/partitions.ts';
import { MoveError } from './move-error.ts';
import { addRows, noRows, type RowSums } from './row-checksum.ts';
import type { SampleRows, Source } from './source.ts';
import { inTransaction, savePosition, type Target } from './target.ts';

// Tested by: test/scale/move-house.test.ts

export interface Steps {
  signal?: AbortSignal | undefined;
  onProgress?(done: number, total: number): void;
}

const COLUMNS = 'series, time, value, received';
const NONE: ReadonlySet<number> = new Set();

/** Copies what is not there yet, a stretch and its position in each transaction. Answers the sums of all samples. */
export async function moveSamples(source: Source, target: Target, steps: Steps): Promise<RowSums> {
  const { client, capabilities, position } = target;
  const { stretches } = source;
  const partitions = new Partitions();
  const sums = { ...position.sums };
  for (let at = position.stretches; at < stretches.length; at++) {
    steps.signal?.throwIfAborted();
    const rows = await source.samples(stretches[at]!);
    if (!capabilities.chunks) await partitions.ensure(client, daysOf(rows.timesMs), Date.now());
    const bytes = encodeCopy(columnsOf(rows), rows.receivedMs, NONE);
    addRows(sums, bytes, { offset: HEADER_BYTES, count: rows.count });
    await inTransaction(client, async () => {
      const copy = client.query(copyFrom(`COPY samples (${COLUMNS}) FROM STDIN (FORMAT binary)`));
      await pipeline([bytes], copy);
      await savePosition(client, { stretches: at + 1, sums });
    });
    steps.onProgress?.(at + 1, stretches.length);
  }
  return sums;
}

function columnsOf({ count, series, timesMs, values }: SampleRows) {
  const replacing = new Int32Array(0);
  return { count, series: Int32Array.from(series), timesMs, values, replacing };
}

/** Reads every sample back. Throws `move_differs`. */
export async function compareSamples(
  target: Target,
  expected: RowSums,
  steps: Steps,
): Promise<void> {
  const found = noRows();
  let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  let isAtHeader = true;
  const adder = new Writable({
    write(chunk: Buffer, _encoding, done) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (isAtHeader && rest.length >= HEADER_BYTES) {
        rest = rest.subarray(HEADER_BYTES);
        isAtHeader = false;
      }
      // The trailer is shorter than a row.
      const count = isAtHeader ? 0 : Math.floor(rest.length / ROW_BYTES);
      addRows(found, rest, { offset: 0, count });
      rest = rest.subarray(count * ROW_BYTES);
      steps.onProgress?.(found.rows, expected.rows);
      done();
    },
  });
  const copy = target.client.query(
    copyTo(`COPY (SELECT ${COLUMNS} FROM samples) TO STDOUT (FORMAT binary)`),
  );
  await pipeline(copy, adder, steps.signal === undefined ? {} : { signal: steps.signal });
  const isSame = found.first === expected.first && found.second === expected.second;
  if (found.rows === expected.rows && isSame) return;
  throw new MoveError(
    'move_differs',
    found.rows === expected.rows
      ? `The ${found.rows} values in the target are not those of the source. Begin anew with an empty database.`
      : `The target has ${found.rows} values and should have ${expected.rows}. Begin anew with an empty database.`,
  );
}
