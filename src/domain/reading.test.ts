import { expect, test } from 'vitest';
import { isMetricName, isSensorId } from './reading.ts';

test('a sensor_id has letters and digits of any script, and - _ . :', () => {
  for (const id of ['freezer-3', 'a', '7', 'Kühlraum_2', '冷凍庫.1', 'urn:dev:ow:10e2', '...']) {
    expect(isSensorId(id), id).toBe(true);
  }
});

test('a sensor_id that could lead elsewhere in a URL, a topic or a file name is refused', () => {
  for (const id of [
    '',
    '.',
    '..',
    '../etc/passwd',
    'a/b',
    'a\\b',
    '%2e%2e',
    'a b',
    'a\nb',
    'a\0b',
    '#',
    '+',
    'a?b',
    'C:\\x',
    '\u202Egnp.exe',
    '\uFEFFa',
    '\uD800',
    "a'b",
    'a"b',
    '<b>',
    'a\u200Bb',
  ]) {
    expect(isSensorId(id), JSON.stringify(id)).toBe(false);
  }
});

test('lengths count characters: 200 for a sensor_id, 64 for a metric', () => {
  expect(isSensorId('é'.repeat(200))).toBe(true);
  expect(isSensorId('𝒜'.repeat(200))).toBe(true);
  expect(isSensorId('a'.repeat(201))).toBe(false);
  expect(isMetricName('m'.repeat(64))).toBe(true);
  expect(isMetricName('m'.repeat(65))).toBe(false);
});

test('a metric has the characters of a sensor_id but the colon', () => {
  expect(isMetricName('disk.used_percent-1')).toBe(true);
  for (const name of ['', '.', '..', 'a:b', 'a b', 'a/b', '"', 'a\n']) {
    expect(isMetricName(name), JSON.stringify(name)).toBe(false);
  }
});
