import { expect, test } from 'vitest';
import { unitText, withUnit } from './unit-text.ts';

test.each([
  ['Cel', '°C'],
  ['[degF]', '°F'],
  ['K', 'K'],
  ['%', '%'],
  ['%RH', '% RH'],
  ['Pa', 'Pa'],
  ['hPa', 'hPa'],
  ['mbar', 'mbar'],
  ['mm[Hg]', 'mmHg'],
  ['[psi]', 'psi'],
  ['[in_i]', 'in'],
  ['[mi_i]/h', 'mph'],
  ['[cft_i]', 'ft³'],
  ['[acr_us]', 'ac'],
  ['m/s2', 'm/s²'],
  ['m3/h', 'm³/h'],
  ['ug/m3', 'µg/m³'],
  ['uV', 'µV'],
  ['umol/m2.s', 'µmol/m²·s'],
  ['kW.h', 'kW·h'],
  ['kg.m-3', 'kg·m⁻³'],
  ['kOhm', 'kΩ'],
  ['[ppm]', 'ppm'],
  ['{beat}/min', 'beat/min'],
  ['1/min', '1/min'],
  ['1', ''],
  ['10*3/uL', '10*3/µL'],
  ['dB', 'dB'],
  ['constructor', 'constructor'],
  ['', ''],
  [null, ''],
])('the unit %s is shown as "%s"', (code, text) => {
  expect(unitText(code)).toBe(text);
});

test('a value and its unit are set as the language does', () => {
  expect(withUnit('41', '%', 'en')).toBe('41%');
  expect(withUnit('41', '%', 'fr')).toBe('41 %');
  expect(withUnit('12', 'deg', 'fr')).toBe('12°');
  expect(withUnit('-9.1', 'Cel', 'en')).toBe('-9.1 °C');
  expect(withUnit('3', null, 'en')).toBe('3');
});
