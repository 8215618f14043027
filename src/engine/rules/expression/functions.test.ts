import { describe, expect, test } from 'vitest';
import { absoluteHumidity, dewPoint, heatIndex } from './functions.ts';

describe('dewPoint', () => {
  test.each([
    [20, 50, 9.3],
    [25, 80, 21.3],
    [30, 100, 30],
    [-10, 70, -14.4],
  ])('of %d °C at %d %% is %d °C', (celsius, humidity, expected) => {
    expect(dewPoint(celsius, humidity)).toBeCloseTo(expected, 1);
  });
});

describe('absoluteHumidity', () => {
  test.each([
    [20, 100, 17.3],
    [25, 50, 11.5],
    [0, 100, 4.85],
  ])('of %d °C at %d %% is %d g/m³', (celsius, humidity, expected) => {
    expect(Math.abs(absoluteHumidity(celsius, humidity) - expected)).toBeLessThan(0.06);
  });
});

describe('heatIndex', () => {
  // From the chart of the US National Weather Service, in °F.
  test.each([
    [80, 40, 80],
    [90, 50, 95],
    [90, 90, 122],
    [100, 40, 109],
    [86, 90, 105],
    [110, 40, 136],
  ])('of %d °F at %d %% is %d °F', (fahrenheit, humidity, expected) => {
    const celsius = heatIndex((fahrenheit - 32) / 1.8, humidity);
    expect(Math.abs(celsius * 1.8 + 32 - expected)).toBeLessThan(1);
  });

  test('is near the temperature itself where it is cool or dry', () => {
    expect(Math.abs(heatIndex(20, 50) - 20)).toBeLessThan(1);
    expect(heatIndex(35, 8)).toBeLessThan(35);
  });
});
