import { expect, test } from 'vitest';
import { fillTemplate } from './rule-template.ts';

const values = {
  value: '-9.1',
  limit: '-10',
  sensor: 'Freezer {limit}',
  location: 'lyon/kitchen',
  unit: '°C',
  metric: 'temperature',
  severity: 'Critical',
  since: '06:00',
};

test('every field is filled in, as often as it is named', () => {
  expect(
    fillTemplate(
      '{sensor} ({location}) {metric} {value} {unit} > {limit} {unit}, {severity} since {since}',
      { ...values, sensor: 'f3' },
    ),
  ).toBe('f3 (lyon/kitchen) temperature -9.1 °C > -10 °C, Critical since 06:00');
});

test('an unknown field stays as it is', () => {
  expect(fillTemplate('{x} {constructor} {{value}} {value', values)).toBe(
    '{x} {constructor} {-9.1} {value',
  );
});

test('what a value brings in is not filled again, and its dollar signs mean nothing', () => {
  expect(fillTemplate('{sensor}', values)).toBe('Freezer {limit}');
  expect(fillTemplate('{sensor}', { ...values, sensor: "$& $1 $'" })).toBe("$& $1 $'");
});
