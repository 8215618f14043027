import type { SampleColumns } from '#storage/sample-columns.ts';

export const CRASH_SERIES = 50;
const SAMPLES_A_SERIES = 40;

/**
 * The samples of journal row `id`: 40 new ones of each of 50 series, and from the second row on, every third
 * series' last sample of the row before with its value negated, as a replacement.
 */
export function crashColumns(id: number): SampleColumns {
  const rows: [series: number, timeMs: number, value: number][] = [];
  const replacing: number[] = [];
  for (let series = 0; series < CRASH_SERIES; series++) {
    const first = (id - 1) * SAMPLES_A_SERIES;
    for (let i = first; i < first + SAMPLES_A_SERIES; i++) rows.push([series, i * 1000, i + 1]);
    if (id > 1 && series % 3 === 0) {
      replacing.push(rows.length);
      rows.push([series, (first - 1) * 1000, -first]);
    }
  }
  return {
    count: rows.length,
    series: Int32Array.from(rows, (row) => row[0]),
    timesMs: Float64Array.from(rows, (row) => row[1]),
    values: Float64Array.from(rows, (row) => row[2]),
    replacing: Int32Array.from(replacing),
  };
}

/** What series `series` holds once the rows 1 … `rows` are stored: value by position, times a second apart. */
export function crashValues(series: number, rows: number): number[] {
  return Array.from({ length: rows * SAMPLES_A_SERIES }, (_, i) => {
    const isReplaced = series % 3 === 0 && (i + 1) % SAMPLES_A_SERIES === 0;
    return isReplaced && i + 1 < rows * SAMPLES_A_SERIES ? -(i + 1) : i + 1;
  });
}
