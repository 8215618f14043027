import { expect, test } from 'vitest';
import { append } from '../chart/columns.ts';
import { inReadUnit, limitInReadUnit } from '../chart/read-units.ts';
import { quantitiesOf } from './quantities.ts';
import { choiceOfText, choiceWith, type UnitChoice } from './unit-choice.ts';

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 });
const read = (choice: UnitChoice, language: 'en' | 'fr' = 'en') =>
  quantitiesOf({ choice, language, number: (value) => number.format(value) });

test.each([
  [{}, -18.4, 'Cel', '-18.4 °C'],
  [{ temperature: '[degF]' }, -18.4, 'Cel', '-1.1 °F'],
  [{ system: 'us' }, 21, 'Cel', '70 °F'],
  [{ temperature: 'K' }, 21, 'Cel', '294 K'],
  [{ temperature: 'Cel' }, 212, '[degF]', '100 °C'],
  [{ system: 'us', temperature: 'Cel' }, 21, 'Cel', '21 °C'],
  [{ pressure: "[in_i'Hg]" }, 1013.2, 'hPa', '29.92 inHg'],
  [{ pressure: 'bar' }, 101.3, 'kPa', '1.013 bar'],
  [{ system: 'us' }, 12, 'm/s', '27 mph'],
  [{ speed: 'km/h' }, 10, 'm/s', '36 km/h'],
  [{ system: 'us' }, 25.4, 'mm', '1 in'],
  [{ system: 'us' }, 41, '%', '41%'],
  [{ system: 'us' }, 3, null, '3'],
  [{ system: 'us' }, null, 'Cel', '–'],
] as const)('%o reads %s %s as %s', (...[choice, value, unit, text]) => {
  expect(read(choice).quantity(value, unit)).toBe(text);
});

test('a difference leaves the zero out', () => {
  expect(read({ system: 'us' }).difference(1, 'Cel')).toBe('1.8 °F');
  expect(read({ temperature: 'K' }).difference(1, 'Cel')).toBe('1 K');
  expect(read({}).difference(1, 'Cel')).toBe('1 °C');
});

test('the limit of a change is a difference, and a value stays on its side of a limit', () => {
  const of = { unit: 'Cel', peak: null } as const;
  expect(
    read({ system: 'us' }).ofAlert({ ...of, condition: 'change', value: 20, limit: 5 }),
  ).toEqual({ value: '68 °F', limit: '9 °F', peak: null });
  expect(
    read({ system: 'us' }).ofAlert({ ...of, condition: 'above', value: 8.5, limit: 8 }),
  ).toEqual({ value: '47.3 °F', limit: '46.4 °F', peak: null });
});

test('a unit that was sent is written as people do', () => {
  expect(read({ system: 'us' }).unit('Cel')).toBe('°C');
});

test('a limit has a digit more than a value', () => {
  expect(read({ system: 'us' }).limit(8, 'Cel')).toBe('46.4 °F');
  expect(read({}).limit(8, 'Cel')).toBe('8 °C');
});

test('what a form takes is said as it is sent', () => {
  expect(read({ system: 'us' }).sent(8, 'Cel')).toBe('8 °C');
});

test('what is converted already is not converted again', () => {
  const { quantity, readUnit } = read({ system: 'us' });
  const line = {
    key: 'a',
    label: 'a',
    unit: 'Cel',
    columns: { times: [1, 2, 3], mean: [0, null, 100], min: [-40, null, 100], max: [5, null, 100] },
  };
  const shown = inReadUnit(line, readUnit);
  expect(shown.unit).toBe('[degF]');
  expect(shown.columns).toEqual({
    times: [1, 2, 3],
    mean: [32, null, 212],
    min: [-40, null, 212],
    max: [41, null, 212],
  });
  expect(quantity(shown.columns.mean[0], shown.unit)).toBe('32 °F');
  expect(inReadUnit(shown, readUnit)).toBe(shown);
  expect(limitInReadUnit({ value: 8, unit: 'Cel', severity: 'warning' }, readUnit)).toEqual({
    value: 46.4,
    unit: '[degF]',
    severity: 'warning',
  });
});

test('what is added live to columns is converted with them', () => {
  const { readUnit } = read({ system: 'us' });
  const columns = {
    times: [1],
    mean: [0 as number | null],
    min: [0 as number | null],
    max: [0 as number | null],
  };
  const meanOf = () =>
    inReadUnit({ key: 'a', label: 'a', unit: 'Cel', columns: { ...columns } }, readUnit).columns;
  const first = meanOf();
  expect(first.mean).toEqual([32]);
  append(columns, { timeMs: 2000, value: 100 }, 5000);
  append(columns, { timeMs: 60_000, value: 5 }, 5000);
  const grown = meanOf();
  expect(grown.mean).toEqual([32, 212, null, 41]);
  expect(grown.times).toEqual([1, 2, 31, 60]);
  expect(grown).not.toBe(first);
  // Another choice begins anew.
  const { readUnit: inKelvin } = read({ temperature: 'K' });
  const other = inReadUnit({ key: 'a', label: 'a', unit: 'Cel', columns }, inKelvin);
  expect(other.columns.mean).toEqual([273.15, 373.15, null, 278.15]);
});

test('as it is sent nothing is touched', () => {
  const line = { key: 'a', label: 'a', unit: 'Cel', columns: columns() };
  expect(inReadUnit(line, read({}).readUnit)).toBe(line);
  function columns() {
    return { times: [1], mean: [0], min: [0], max: [0] };
  }
});

test.each([
  [null, {}],
  ['{"system":"us","temperature":"Cel"}', { system: 'us', temperature: 'Cel' }],
  ['{"temperature":"°F"}', { temperature: '[degF]' }],
  ['{"system":"imperial","temperature":"bar","constructor":"K","speed":7}', {}],
  ['"us"', {}],
  ['not json', {}],
  ['null', {}],
])('of %s is remembered: %o', (text, choice) => {
  expect(choiceOfText(text)).toEqual(choice);
});

test('one part of a choice is changed, and taken back', () => {
  const chosen = choiceWith({ system: 'us' }, 'temperature', 'Cel');
  expect(chosen).toEqual({ system: 'us', temperature: 'Cel' });
  expect(choiceWith(chosen, 'temperature', '')).toEqual({ system: 'us' });
  expect(choiceWith(chosen, 'system', '')).toEqual({ temperature: 'Cel' });
});
