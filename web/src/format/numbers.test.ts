import { expect, test } from 'vitest';
import { numberText } from './numbers.ts';

test.each([
  [-18.4, '-18.4'],
  [18.4321987, '18.4322'],
  [0.1 + 0.2, '0.3'],
  [1013.25, '1,013.25'],
  [123_456_789.123, '123,456,789'],
  [0.000_012_34, '0.00001234'],
  [0, '0'],
  [1e300, '1E300'],
  [-1.797_693e308, '-1.79769E308'],
  [5e-324, '5E-324'],
])('%f reads %s', (value, text) => {
  expect(numberText('en-GB')(value)).toBe(text);
});

test('in French by a comma and spaces', () => {
  expect(numberText('fr-FR')(1_234_567.8)).toBe('1\u202f234\u202f568');
  expect(numberText('fr-FR')(-1.5e20)).toBe('-1,5E20');
});
