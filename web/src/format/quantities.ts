import type { Alert } from '#domain/alert.ts';
import { conversionFor } from '#domain/unit-conversion.ts';
import { readerQuantity } from '#engine/messages/reader-quantity.ts';
import { unitText, withUnit } from '#engine/messages/unit-text.ts';
import type { UnitChoice } from './unit-choice.ts';

type Unit = string | null | undefined;

interface Reader {
  choice: UnitChoice;
  language: 'en' | 'fr';
  number(value: number): string;
}

/** How a measured value becomes one that is read; the same function for the same unit, as long as the choice stands. */
export interface ReadUnit {
  /** UCUM code, or what the sensor calls it. */
  unit: string | null;
  /** Undefined where values are read as they are sent. */
  value: ((measured: number) => number) | undefined;
}

/**
 * Values with their units, for one reader. Units are UCUM codes, of what was sent. What has been converted already
 * stays as it is, since nobody reads a unit in another one twice.
 */
export function quantitiesOf({ choice, language, number }: Reader) {
  const isAsSent = Object.keys(choice).length === 0;
  const wishes = isAsSent ? undefined : choice;
  const text = (value: number, unit: Unit) => withUnit(number(value), unit, language);
  /** Numbers that stand side by side have about as many digits as were measured, and stay on their side of a limit. */
  const reading = (unit: Unit, all: readonly (number | null)[], isLimitDifference = false) =>
    readerQuantity(unit ?? '', wishes, { all, isLimitDifference });
  const readUnits = new Map<string | null, ReadUnit>();
  return {
    /** `-18.4 °C`, `-18,4 °C`, `-1.1 °F`; a dash where there is no value. */
    quantity(value: number | null | undefined, unit: Unit): string {
      if (value === null || value === undefined) return '–';
      if (isAsSent) return text(value, unit);
      const read = reading(unit, [value]);
      return text(read.value(value), read.unit);
    },
    /** What values are compared with: a digit more, 8 °C is 46.4 °F. */
    limit(value: number, unit: Unit): string {
      const read = reading(unit, [value]);
      return text(read.limit(value), read.unit);
    },
    /** Of how much two values differ: 1 °C more is 1.8 °F more, not 33.8. */
    difference(value: number, unit: Unit): string {
      const read = reading(unit, [value], true);
      return text(read.limit(value), read.unit);
    },
    /** As the sensor sends it, whatever the reader has chosen: what a form takes is compared with that. */
    sent: text,
    /** How a unit that was sent is written. */
    unit: (unit: Unit) => unitText(unit),
    /** The numbers of one alert; the limit of a change is a difference. */
    ofAlert({
      value,
      limit,
      peak,
      unit,
      condition,
    }: Pick<Alert, 'value' | 'limit' | 'peak' | 'unit' | 'condition'>) {
      const read = reading(unit, [value, limit, peak], condition === 'change');
      return {
        value: value === null ? '–' : text(read.value(value), read.unit),
        limit: limit === null ? null : text(read.limit(limit), read.unit),
        peak: peak === null ? null : text(read.value(peak), read.unit),
      };
    },
    readUnit(unit: string | null): ReadUnit {
      const known = readUnits.get(unit);
      if (known !== undefined) return known;
      const conversion = conversionFor(unit, wishes);
      const read = { unit: conversion?.unit ?? unit, value: conversion?.value };
      readUnits.set(unit, read);
      return read;
    },
  };
}
