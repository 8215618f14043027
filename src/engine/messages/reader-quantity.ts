import { type Conversion, conversionFor, type UnitWishes } from '#domain/unit-conversion.ts';

/** Numbers of one alert in the unit of a reader. */
export interface ReaderQuantity {
  /** UCUM code, or what the sensor calls it; '' where it has none. */
  unit: string;
  value(measured: number): number;
  /** What a value is compared with: it may have a digit more, so that 8 °C is 46.4 °F beside a value in whole degrees. */
  limit(measured: number): number;
}

const MOST_DECIMALS = 3;
const DIGITS = 4;

/**
 * Converted numbers have about as many digits as were measured, never fewer: one step of the last measured decimal is at
 * least one step of the last shown one, so what lay above a limit still does. `all` are the numbers that stand side by side;
 * `isDifference` where limits are differences of values.
 */
export function readerQuantity(
  unit: string,
  wishes: UnitWishes | undefined,
  { all, isLimitDifference }: { all: readonly (number | null)[]; isLimitDifference: boolean },
): ReaderQuantity {
  const conversion = conversionFor(unit, wishes);
  if (conversion === undefined) return { unit, value: same, limit: same };
  const decimals = decimalsAfter(conversion, all);
  return {
    unit: conversion.unit,
    value: (measured) => roundTo(conversion.value(measured), decimals),
    limit: (measured) =>
      roundTo(
        isLimitDifference ? conversion.difference(measured) : conversion.value(measured),
        decimals + 1,
      ),
  };
}

const same = (measured: number): number => measured;

function decimalsAfter({ factor }: Conversion, all: readonly (number | null)[]): number {
  const measured = all.filter((one) => one !== null).map(decimalsOf);
  // Less a hair: 0.1 × 10 is one step, whatever the binary fractions say.
  const steps = Math.ceil(Math.max(0, ...measured) - Math.log10(factor) - 1e-9);
  return Math.min(20, Math.max(0, steps));
}

/** As many as are shown of it: up to three, or four digits where that says more. */
function decimalsOf(value: number): number {
  const size = Math.abs(value);
  const most = size === 0 ? 0 : Math.max(MOST_DECIMALS, DIGITS - 1 - Math.floor(Math.log10(size)));
  for (let decimals = 0; decimals < most; decimals++) {
    // Sensors send 32-bit floats: what lies below their 7 digits is noise.
    if (Math.abs(value - roundTo(value, decimals)) <= 5e-7 * size) return decimals;
  }
  return Math.min(most, 12);
}

function roundTo(value: number, decimals: number): number {
  // Numbers of more than 21 digits have no decimals to round.
  return Math.abs(value) >= 1e21 ? value : Number(value.toFixed(decimals));
}
