import { expect, test } from 'vitest';
import { type CellTime, parseCellTime } from './cell-time.ts';

const none = { timeZone: undefined, dateOrder: undefined };
const paris = { timeZone: 'Europe/Paris', dateOrder: 'dmy' as const };

function iso(time: CellTime): string {
  return time.ok ? new Date(time.ms).toISOString() : time.code;
}

test('times with an offset need no option', () => {
  for (const text of [
    '2026-11-22T05:00:00Z',
    '2026-11-22 06:00:00+01:00',
    '2026-11-22T06:00+0100',
    '2026/11/22 05:00 UTC',
    '2026-11-22T06:00:00.000+01',
  ]) {
    expect(iso(parseCellTime(text, none)), text).toBe('2026-11-22T05:00:00.000Z');
  }
});

test('numbers since the epoch are told by their size', () => {
  for (const text of [
    '1795323600',
    '1795323600.000',
    '1795323600000',
    '1795323600000000',
    '1795323600000000000',
  ]) {
    expect(iso(parseCellTime(text, none)), text).toBe('2026-11-22T05:00:00.000Z');
  }
  const micros = parseCellTime('1795323600000001999', none);
  expect(micros.ok && micros.ms).toBe(1795323600000.001);
});

test('a local time is read in the zone that is given, in summer and in winter', () => {
  expect(iso(parseCellTime('2026-11-22 06:00', paris))).toBe('2026-11-22T05:00:00.000Z');
  expect(iso(parseCellTime('22/07/2026 07:00:00,25', paris))).toBe('2026-07-22T05:00:00.250Z');
  expect(iso(parseCellTime('2026-11-22', paris))).toBe('2026-11-21T23:00:00.000Z');
  expect(iso(parseCellTime('7/22/2026 1:05 PM', { timeZone: 'UTC', dateOrder: 'mdy' }))).toBe(
    '2026-07-22T13:05:00.000Z',
  );
});

test('the hour that the clocks go through twice is told apart by the order of the rows', () => {
  const clock = ['01:30', '02:00', '02:30', '02:00', '02:30', '03:00'];
  let previousMs: number | undefined;
  const times = clock.map((hour) => {
    const time = parseCellTime(`25/10/2026 ${hour}`, paris, previousMs);
    if (time.ok) previousMs = time.ms;
    return iso(time).slice(11, 16);
  });
  expect(times).toEqual(['23:30', '00:00', '00:30', '01:00', '01:30', '02:00']);
});

test('what cannot be understood is refused with a hint and never guessed', () => {
  expect(parseCellTime('2026-11-22 06:00', none)).toMatchObject({
    code: 'timestamp_without_offset',
    detail: expect.stringContaining('--time-zone'),
  });
  expect(parseCellTime('03/04/2026', { timeZone: 'UTC', dateOrder: undefined })).toMatchObject({
    code: 'timestamp_invalid',
    detail: expect.stringContaining('--date-order'),
  });
  for (const text of ['', 'yesterday', '31/02/2026', '2026-13-01 00:00Z', '2026-01-01 25:00Z']) {
    expect(iso(parseCellTime(text, paris)), text).toBe('timestamp_invalid');
  }
});
