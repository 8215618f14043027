import { formatTime } from '#domain/time.ts';
import { parseCellTime, type TimeFormat } from './cell-time.ts';
import type { ColumnPlan } from './columns.ts';
import type { CsvRow } from './csv-source.ts';
import { isMissing, parseNumber } from './numbers.ts';

// Tested by: cli/import/import.test.ts

/** A reading as it is sent, with the rows that it came from. */
interface ImportReading {
  sensor_id: string;
  timestamp: string;
  readings: Record<string, number>;
}

export interface SourcedReading {
  reading: ImportReading;
  rows: CsvRow[];
}

export interface RefusedRow {
  row: CsvRow;
  code: string;
  detail: string;
}

export interface RowOptions extends TimeFormat {
  decimalComma: boolean;
  metricsPerReading: number;
}

/** Turns rows into readings. Rows of a long file that follow each other and belong to one time become one reading. */
export class RowReader {
  readonly #plan: ColumnPlan;
  readonly #options: RowOptions;
  readonly #previousMs = new Map<string, number>();
  #open: SourcedReading | undefined;
  /** Rows without any value. */
  empty = 0;

  constructor(plan: ColumnPlan, options: RowOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  /** Appends to `ready` what is complete, or answers why the row is refused. */
  take(row: CsvRow, ready: SourcedReading[]): RefusedRow | undefined {
    const refuse = (code: string, detail: string): RefusedRow => ({ row, code, detail });
    const { cells } = row;
    const plan = this.#plan;
    if (cells.length !== plan.width) {
      return refuse('columns_wrong', `${cells.length} columns instead of ${plan.width}`);
    }
    const sensorId = typeof plan.sensor === 'string' ? plan.sensor : (cells[plan.sensor] ?? '');
    if (sensorId === '') return refuse('sensor_id_missing', 'no sensor_id');
    const values = this.#values(row);
    if (!Array.isArray(values)) return refuse('value_not_number', values.problem);
    if (values.length === 0) {
      this.empty++;
      return undefined;
    }
    // Series, not sensor: in a long file sorted by metric each metric starts the clock anew.
    const clock = plan.shape === 'long' ? `${sensorId} ${cells[plan.metric]}` : sensorId;
    const previousMs = this.#previousMs.get(clock);
    const time = parseCellTime(cells[plan.time] ?? '', this.#options, previousMs);
    if (!time.ok) return refuse(time.code, time.detail);
    this.#previousMs.set(clock, time.ms);
    this.#add({ sensorId, timestamp: formatTime(time.ms), values, row }, ready);
    return undefined;
  }

  /** Hands out what waited for further rows. */
  end(ready: SourcedReading[]): void {
    if (this.#open !== undefined) ready.push(this.#open);
    this.#open = undefined;
  }

  #values({ cells }: CsvRow): [metric: string, value: number][] | { problem: string } {
    const plan = this.#plan;
    const columns =
      plan.shape === 'wide'
        ? plan.metrics
        : [{ column: plan.value, metric: cells[plan.metric] ?? '' }];
    const values: [string, number][] = [];
    for (const { column, metric } of columns) {
      const cell = cells[column] ?? '';
      if (isMissing(cell)) continue;
      const value = parseNumber(cell, this.#options.decimalComma);
      if (value === undefined) return { problem: `'${cell}' is no number (${metric})` };
      values.push([metric, value]);
    }
    return values;
  }

  #add(
    part: { sensorId: string; timestamp: string; values: [string, number][]; row: CsvRow },
    ready: SourcedReading[],
  ): void {
    for (const [metric, value] of part.values) {
      const { reading } = this.#open ?? {};
      const fits =
        reading !== undefined &&
        reading.sensor_id === part.sensorId &&
        reading.timestamp === part.timestamp &&
        !Object.hasOwn(reading.readings, metric) &&
        Object.keys(reading.readings).length < this.#options.metricsPerReading;
      if (!fits) {
        this.end(ready);
        this.#open = {
          reading: { sensor_id: part.sensorId, timestamp: part.timestamp, readings: {} },
          rows: [],
        };
      }
      const open = this.#open;
      if (open === undefined) continue;
      open.reading.readings[metric] = value;
      if (open.rows.at(-1) !== part.row) open.rows.push(part.row);
    }
  }
}
