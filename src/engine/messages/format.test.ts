import { expect, test } from 'vitest';
import { formatLength, formatMoment, formatNumber, formatQuantity } from './format.ts';

test.each([
  [-18.4, '-18.4', '-18,4'],
  [1013.25, '1013.25', '1013,25'],
  [101_325.2564, '101,325.256', '101\u202f325,256'],
  [-9.100000381469727, '-9.1', '-9,1'],
  [0.00012344, '0.0001234', '0,0001234'],
  [-0, '0', '0'],
  [41, '41', '41'],
  [1.5e-9, '1.5E-9', '1,5E-9'],
  [6.02214e23, '6.022E23', '6,022E23'],
])('%d reads %s in English and %s in French', (value, english, french) => {
  expect(formatNumber(value, 'en')).toBe(english);
  expect(formatNumber(value, 'fr')).toBe(french);
});

test('a quantity carries its unit as a person writes it', () => {
  expect(formatQuantity(-18.4, { unit: 'Cel', language: 'en' })).toBe('-18.4 °C');
  expect(formatQuantity(-18.4, { unit: 'Cel', language: 'fr' })).toBe('-18,4 °C');
});

test('a length of time is told in at most two units', () => {
  expect(formatLength(0, 'en')).toBe('0 sec');
  expect(formatLength(-5, 'fr')).toBe('0\u202fs');
  expect(formatLength(42_000, 'en')).toBe('42 sec');
  expect(formatLength(3_600_000, 'fr')).toBe('1\u202fh');
  expect(formatLength(2 * 86_400_000 + 3 * 3_600_000 + 59_000, 'en')).toBe('2 days, 3 hr');
  expect(formatLength(2 * 86_400_000 + 3 * 3_600_000, 'fr')).toBe('2\u202fj et 3\u202fh');
});

test("a moment is told in the reader's language and zone, the zone shown", () => {
  const time = Date.UTC(2026, 10, 22, 5, 0, 0);
  expect(formatMoment(time, { language: 'en', timeZone: 'Europe/Paris' })).toBe(
    'Sun, November 22, 2026 at 06:00:00 GMT+1',
  );
  expect(formatMoment(time, { language: 'fr', timeZone: 'Europe/Paris' })).toBe(
    'dim. 22 novembre 2026 à 06:00:00 UTC+1',
  );
  expect(formatMoment(time, { language: 'en', timeZone: 'Mars/Olympus' })).toBe(
    'Sun, November 22, 2026 at 05:00:00 UTC',
  );
});
