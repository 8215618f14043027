import type { ExportRows } from '../../export/text-rows.ts';
import { type Connection, microsOf, type Parameter } from './duckdb.ts';
import { COUNT_BY_PLACE, INSERT_ORDERED, SELECT_WANTED } from './queries.ts';

// Tested by: export-rows.test.ts

/** Series from one place to another (inclusive), in a range of whole microseconds. */
export interface Part {
  firstPlace: number;
  lastPlace: number;
  fromMicros: number;
  toMicros: number;
}

const NONE = new Float64Array(0);

function parametersOf(part: Part): Parameter[] {
  return [
    { int: part.firstPlace },
    { int: part.lastPlace },
    { timeMs: part.fromMicros / 1000 },
    { timeMs: part.toMicros / 1000 },
  ];
}

/**
 * Cuts what `temp.wanted` names into parts of at most `maxRows` rows, in the order (place, time), so that neither
 * an export's memory nor its sorting grows with its size. A part that is too large is cut between series, and
 * a single series into slices of time, until what is left is small enough.
 */
export async function* exportParts(
  connection: Connection,
  range: { fromMs: number; toMs: number; places: number },
  maxRows: number,
): AsyncGenerator<Part> {
  if (range.places === 0) return;
  yield* cut({
    firstPlace: 0,
    lastPlace: range.places - 1,
    fromMicros: microsOf(range.fromMs),
    toMicros: microsOf(range.toMs),
  });

  async function* cut(part: Part): AsyncGenerator<Part> {
    const [places = NONE, counts = NONE, firsts = NONE, lasts = NONE] = await connection.columns(
      COUNT_BY_PLACE,
      ['integer', 'bigint', 'timestamp', 'timestamp'],
      parametersOf(part),
    );
    for (let i = 0; i < places.length; ) {
      let rows = counts[i] ?? 0;
      let next = i + 1;
      while (next < places.length && rows + (counts[next] ?? 0) <= maxRows) {
        rows += counts[next] ?? 0;
        next++;
      }
      const firstPlace = places[i] ?? 0;
      const batch = { ...part, firstPlace, lastPlace: places[next - 1] ?? firstPlace };
      if (rows <= maxRows) yield batch;
      else {
        const span = { firstMs: firsts[i] ?? 0, lastMs: lasts[i] ?? 0 };
        for (const slice of slicesOf(batch, span, Math.ceil(rows / maxRows))) yield* cut(slice);
      }
      i = next;
    }
  }
}

/** A part's rows in order. */
export async function fetchPart(connection: Connection, part: Part): Promise<ExportRows> {
  const [places = NONE, timesMs = NONE, values = NONE, receivedMs = NONE] =
    await connection.columns(
      SELECT_WANTED,
      ['integer', 'timestamp', 'double', 'timestamp'],
      parametersOf(part),
    );
  return { places, timesMs, values, receivedMs };
}

/** Appends a part's rows to `temp.ordered`. */
export async function insertPart(connection: Connection, part: Part): Promise<void> {
  await connection.change(INSERT_ORDERED, parametersOf(part));
}

/** Even slices of the time that the rows span; none shorter than a microsecond. */
function slicesOf(
  part: Part,
  span: { firstMs: number; lastMs: number },
  count: number,
): readonly Part[] {
  const from = microsOf(span.firstMs);
  const length = microsOf(span.lastMs) + 1 - from;
  const slices = Math.min(count, length);
  const cut = (k: number): number => from + Math.floor((length / slices) * k);
  return Array.from({ length: slices }, (_, k) => ({
    ...part,
    fromMicros: cut(k),
    toMicros: k === slices - 1 ? from + length : cut(k + 1),
  }));
}
