import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conversion, conversionFor, knownUnit, unitProblems } from './unit-conversion.ts';
import { ALIASES, SYSTEMS, UNITS } from './unit-table.ts';

describe('conversion()', () => {
  test.each([
    ['Cel', '[degF]', 0, 32],
    ['Cel', '[degF]', -40, -40],
    ['Cel', '[degF]', 21.5, 70.7],
    ['[degF]', 'Cel', 212, 100],
    ['K', 'Cel', 273.15, 0],
    ['Cel', '[degR]', 0, 491.67],
    ['[degR]', '[degF]', 491.67, 32],
    // NIST SP 811, appendix B.8
    ['[psi]', 'kPa', 1, 6.894757],
    ["[in_i'Hg]", 'hPa', 1, 33.863886],
    ["[in_i'H2O]", 'Pa', 1, 249.08891],
    ['mm[Hg]', 'Pa', 1, 133.322387],
    ['atm', '[psi]', 1, 14.695949],
    ['[mi_i]/h', 'km/h', 1, 1.609344],
    ['[kn_i]', 'm/s', 1, 0.5144444],
    ['m/s', '[ft_i]/min', 1, 196.850394],
    ['mm', '[in_i]', 25.4, 1],
    ['km', '[mi_i]', 1.609344, 1],
    ['[acr_us]', 'm2', 1, 4046.87261],
    ['[gal_us]', 'L', 1, 3.785412],
    ['[gal_br]', 'L', 1, 4.54609],
    ['m3/h', '[cft_i]/min', 1, 0.588578],
    ['[gal_us]/min', 'L/s', 1, 0.0630902],
    ['[lb_av]', 'kg', 1, 0.45359237],
    ['kg', '[oz_av]', 1, 35.273962],
    ['[Btu_IT]', 'kJ', 1, 1.055056],
    ['[HP]', 'W', 1, 745.699872],
    ['[Btu_IT]/h', 'W', 1, 0.293071],
  ])('from %s to %s makes %d %d', (...[from, to, value, expected]) => {
    expect(conversion(from, to)?.value(value)).toBeCloseTo(expected, 6);
  });

  test('is exact where a whole number comes out', () => {
    const { value } = conversion('Cel', '[degF]')!;
    for (let degrees = -40; degrees <= 200; degrees += 5) {
      expect(value(degrees)).toBe((degrees * 9) / 5 + 32);
    }
    expect(conversion('hPa', 'mbar')!.value(1013.25)).toBe(1013.25);
    expect(conversion('m', 'cm')!.value(3)).toBe(300);
  });

  test('of a difference of temperatures leaves the zero out', () => {
    expect(conversion('Cel', '[degF]')!.difference(5)).toBe(9);
    expect(conversion('K', 'Cel')!.difference(5)).toBe(5);
    expect(conversion('[degF]', 'Cel')!.difference(9)).toBe(5);
  });

  test('goes back to where it came from, for every pair of units', () => {
    const pairs = [...UNITS].flatMap(([from, { quantity }]) =>
      [...UNITS].filter(([, b]) => b.quantity === quantity).map(([to]) => [from, to] as const),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        ([from, to], value) => {
          const back = conversion(to, from)!.value(conversion(from, to)!.value(value));
          expect(Math.abs(back - value)).toBeLessThanOrEqual(
            1e-9 * Math.max(1000, Math.abs(value)),
          );
        },
      ),
    );
  });

  test('is none between what is not the same quantity', () => {
    expect(conversion('Cel', 'hPa')).toBeUndefined();
    expect(conversion('m', 'm2')).toBeUndefined();
  });
});

describe('conversionFor()', () => {
  test.each([
    ['Cel', 'us', '[degF]'],
    ['°C', 'us', '[degF]'],
    ['[degF]', 'metric', 'Cel'],
    ['Cel', 'metric', undefined],
    ['%', 'us', undefined],
    ['constructor', 'us', undefined],
    [null, 'us', undefined],
    ['Cel', undefined, undefined],
    ['K', { temperature: '°F' }, '[degF]'],
    ['Cel', { system: 'us', temperature: 'Cel' }, undefined],
    ['hPa', { system: 'us', temperature: 'Cel' }, "[in_i'Hg]"],
    ['hPa', { temperature: '[degF]' }, undefined],
  ] as const)('of %s for %o is %s', (unit, wishes, to) => {
    expect(conversionFor(unit, wishes)?.unit).toBe(to);
  });
});

test('unitProblems() names what is no unit of the quantity', () => {
  expect(unitProblems('us')).toEqual([]);
  expect(unitProblems({ temperature: '°F', pressure: 'bar' })).toEqual([]);
  expect(unitProblems({ temperature: 'bar', pressure: 'wat' })).toEqual([
    { pointer: '/temperature', detail: 'must be one of: Cel, K, [degF], [degR]' },
    { pointer: '/pressure', detail: expect.stringMatching(/^must be one of: Pa, .*\[psi\]/) },
  ]);
});

test('aliases and systems name units that are there, and keep to their quantity', () => {
  for (const [alias, code] of Object.entries(ALIASES)) {
    expect(UNITS.has(code), alias).toBe(true);
    expect(knownUnit(alias)).toBe(code);
  }
  for (const system of Object.values(SYSTEMS)) {
    for (const [from, to] of Object.entries(system))
      expect(conversion(from, to), from).toBeDefined();
  }
});
