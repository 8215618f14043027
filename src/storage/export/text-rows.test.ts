import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTime } from '#domain/time.ts';
import { CSV, formatRows, JSON_ROWS, timeFormatter } from './text-rows.ts';

const series = [
  { seriesId: 7, sensorId: 'a-1', metric: 'temperature', unit: 'Cel' },
  { seriesId: 9, sensorId: 'é:2', metric: 'p', unit: null },
  { seriesId: 9, sensorId: 'c', metric: 'p', unit: 'a "b", c' },
];
const rows = {
  places: new Float64Array([0, 0, 1, 2]),
  timesMs: new Float64Array([0, 60_000.001, -1, 1_780_000_000_000]),
  values: new Float64Array([1.5, -0.1, 1e21, 0]),
  receivedMs: new Float64Array([1000, 61_000, 0, 1_780_000_000_000.5]),
};

test('CSV rows are quoted where needed and end in CRLF (RFC 4180)', () => {
  const text = formatRows(CSV, rows, { from: 0, to: 4, isFirst: true, series });
  expect(text.split('\r\n')).toEqual([
    'a-1,temperature,Cel,1970-01-01T00:00:00.000Z,1.5,1970-01-01T00:00:01.000Z',
    'a-1,temperature,Cel,1970-01-01T00:01:00.000001Z,-0.1,1970-01-01T00:01:01.000Z',
    'é:2,p,,1969-12-31T23:59:59.999Z,1e+21,1970-01-01T00:00:00.000Z',
    'c,p,"a ""b"", c",2026-05-28T20:26:40.000Z,0,2026-05-28T20:26:40.000500Z',
    '',
  ]);
});

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['＝1', "'＝1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['m/s', 'm/s'],
  ['%', '%'],
])('a unit %j stands in CSV as %j, so that no spreadsheet runs it', (unit, field) => {
  const series = [{ seriesId: 1, sensorId: '-a', metric: '-m', unit }];
  const part = { from: 0, to: 1, isFirst: true, series };
  const one = { ...rows, values: new Float64Array([-1.5]) };
  const text = formatRows(CSV, one, part);
  expect(text).toBe(`-a,-m,${field},1970-01-01T00:00:00.000Z,-1.5,1970-01-01T00:00:01.000Z\r\n`);
  expect(JSON.parse(`[${formatRows(JSON_ROWS, one, part)}]`)[0].unit).toBe(unit);
});

test('JSON rows form one array with a row a line, wherever the pieces are cut', () => {
  const first = formatRows(JSON_ROWS, rows, { from: 0, to: 3, isFirst: true, series });
  const second = formatRows(JSON_ROWS, rows, { from: 3, to: 4, isFirst: false, series });
  const whole = JSON_ROWS.head + first + second + JSON_ROWS.tail;
  expect(whole.split('\n')).toHaveLength(4 + 3);
  expect(JSON.parse(whole)[2]).toEqual({
    sensor_id: 'é:2',
    metric: 'p',
    unit: null,
    timestamp: '1969-12-31T23:59:59.999Z',
    value: 1e21,
    received_at: '1970-01-01T00:00:00.000Z',
  });
});

test('the remembering formatter writes every time as formatTime does', () => {
  const micros = fc.integer({ min: -5_000_000_000_000_000, max: 9_000_000_000_000_000 });
  const offsets = fc.array(fc.integer({ min: -200_000_000, max: 200_000_000 }), { maxLength: 20 });
  const near = fc.tuple(micros, offsets);
  fc.assert(
    fc.property(near, ([base, offsets]) => {
      const format = timeFormatter();
      for (const offset of offsets) {
        const ms = (base + offset) / 1000;
        expect(format(ms)).toBe(formatTime(ms));
      }
    }),
  );
});
