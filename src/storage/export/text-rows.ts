import { formatTime } from '#domain/time.ts';
import type { ExportRequest } from '../history-store.ts';

export type ExportSeries = ExportRequest['series'][number];

/** Rows of an export in columns; `places` are positions in the export's list of series. */
export interface ExportRows {
  places: Float64Array;
  timesMs: Float64Array;
  values: Float64Array;
  receivedMs: Float64Array;
}

/** A text format: what stands before, between and after the rows, and a row's constant parts. */
export interface TextFormat {
  head: string;
  between: string;
  tail: string;
  /** Text from the start of a row to its timestamp. */
  start(series: ExportSeries): string;
  beforeValue: string;
  beforeReceived: string;
  end: string;
}

/** What a spreadsheet may take for a formula (OWASP, CSV injection), the full-width signs included. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * RFC 4180: CRLF, quotes doubled. A unit that could be a formula gets a `'` before it. Sensor ids and metrics stay as
 * they are, since they are keys: of those signs they can begin with `-` alone, and hold nothing that calls a function.
 */
export const CSV: TextFormat = {
  head: 'sensor_id,metric,unit,timestamp,value,received_at\r\n',
  between: '',
  tail: '',
  start: ({ sensorId, metric, unit }) =>
    `${csvField(sensorId)},${csvField(metric)},${csvField(withoutFormula(unit ?? ''))},`,
  beforeValue: ',',
  beforeReceived: ',',
  end: '\r\n',
};

/** One array; a row a line, so that it can be read line by line too. */
export const JSON_ROWS: TextFormat = {
  head: '[',
  between: ',',
  tail: '\n]\n',
  start: ({ sensorId, metric, unit }) =>
    `\n{"sensor_id":${JSON.stringify(sensorId)},"metric":${JSON.stringify(metric)},"unit":${JSON.stringify(unit)},"timestamp":"`,
  beforeValue: '","value":',
  beforeReceived: ',"received_at":"',
  end: '"}',
};

export const TEXT_FORMATS: Record<'csv' | 'json', TextFormat> = { csv: CSV, json: JSON_ROWS };

/** By code units, as the sensors' keys are ordered elsewhere too. */
export function bySensorAndMetric(a: ExportSeries, b: ExportSeries): number {
  if (a.sensorId !== b.sensorId) return a.sensorId < b.sensorId ? -1 : 1;
  if (a.metric === b.metric) return 0;
  return a.metric < b.metric ? -1 : 1;
}

function withoutFormula(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The rows from `from` up to `to` as text; the whole's first row has nothing before it. */
export function formatRows(
  format: TextFormat,
  rows: ExportRows,
  part: { from: number; to: number; isFirst: boolean; series: readonly ExportSeries[] },
): string {
  const time = timeFormatter();
  const received = timeFormatter();
  let text = '';
  let start = '';
  let startOf = -1;
  for (let i = part.from; i < part.to; i++) {
    const place = rows.places[i] ?? 0;
    if (place !== startOf) {
      const series = part.series[place];
      if (!series) throw new Error(`no series at place ${place}`);
      start = format.start(series);
      startOf = place;
    }
    if (i > part.from || !part.isFirst) text += format.between;
    text +=
      start +
      time(rows.timesMs[i] ?? 0) +
      format.beforeValue +
      (rows.values[i] ?? 0) +
      format.beforeReceived +
      received(rows.receivedMs[i] ?? 0) +
      format.end;
  }
  return text;
}

/** `formatTime` that remembers the minute: times of neighbouring rows share it more often than not. */
export function timeFormatter(): (ms: number) => string {
  let minute = Number.NaN;
  let prefix = '';
  return (ms) => {
    const micros = Math.round(ms * 1000);
    const itsMinute = Math.floor(micros / 60_000_000);
    if (itsMinute !== minute) {
      minute = itsMinute;
      prefix = formatTime(itsMinute * 60_000).slice(0, -'00.000Z'.length);
    }
    const rest = micros - itsMinute * 60_000_000;
    const seconds = Math.floor(rest / 1_000_000);
    const fraction = rest - seconds * 1_000_000;
    const digits =
      fraction % 1000 === 0
        ? String(fraction / 1000).padStart(3, '0')
        : String(fraction).padStart(6, '0');
    return `${prefix}${seconds < 10 ? '0' : ''}${seconds}.${digits}Z`;
  };
}
