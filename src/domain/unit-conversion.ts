import {
  ALIASES,
  QUANTITIES,
  type Quantity,
  SYSTEMS,
  UNITS,
  type UnitSystem,
} from './unit-table.ts';

/**
 * In which units somebody reads: those of a system, and others by what is measured: `{"system":"us","temperature":"Cel"}`.
 * What is not named stays as it is measured. Its schema is `unit-wishes.ts`: a browser converts, and has no need of that.
 */
export type UnitWishes = UnitSystem | ({ system?: UnitSystem } & { [Of in Quantity]?: string });

/** From the unit that something is measured in to the one that somebody reads. */
export interface Conversion {
  /** UCUM code of the unit that is read. */
  unit: string;
  /** How much of it one of the measured unit is. */
  factor: number;
  value(measured: number): number;
  /** The same for a difference of two values: 5 °C more are 9 °F more, not 41. */
  difference(measured: number): number;
}

/** The UCUM code of a unit that can be converted, also where it is written as people do; undefined for others. */
export function knownUnit(unit: string): string | undefined {
  if (UNITS.has(unit)) return unit;
  return Object.hasOwn(ALIASES, unit) ? ALIASES[unit] : undefined;
}

/** How to show what is measured in `unit`; undefined where it is to stay as it is, and for units that are not known. */
export function conversionFor(
  unit: string | null,
  wishes: UnitWishes | undefined,
): Conversion | undefined {
  const from = unit === null ? undefined : knownUnit(unit);
  if (from === undefined || wishes === undefined) return undefined;
  const to = wanted(from, typeof wishes === 'string' ? { system: wishes } : wishes);
  return to === undefined || to === from ? undefined : conversion(from, to);
}

/** Undefined where the units do not measure the same. */
export function conversion(from: string, to: string): Conversion | undefined {
  const [a, b] = [UNITS.get(from), UNITS.get(to)];
  if (!a || !b || a.quantity !== b.quantity) return undefined;
  const times = a.times * b.over;
  const over = a.over * b.times;
  // Subtracted before and added after, so that a freezing point is exactly 32.
  return {
    unit: to,
    factor: times / over,
    value: (measured) => ((measured - a.zero) * times) / over + b.zero,
    difference: (measured) => (measured * times) / over,
  };
}

/** What is wrong with wishes that fit the schema: the pointer within them, and why. */
export function unitProblems(
  wishes: UnitWishes | undefined,
): { pointer: string; detail: string }[] {
  if (wishes === undefined || typeof wishes === 'string') return [];
  return QUANTITIES.flatMap((quantity) => {
    const unit = wishes[quantity];
    const code = unit === undefined ? undefined : knownUnit(unit);
    if (unit === undefined || UNITS.get(code ?? '')?.quantity === quantity) return [];
    const codes = [...UNITS].filter(([, size]) => size.quantity === quantity).map(([one]) => one);
    return [{ pointer: `/${quantity}`, detail: `must be one of: ${codes.join(', ')}` }];
  });
}

function wanted(from: string, wishes: Exclude<UnitWishes, string>): string | undefined {
  const quantity = UNITS.get(from)?.quantity;
  const own = quantity === undefined ? undefined : wishes[quantity];
  if (own !== undefined) return knownUnit(own);
  const system: Readonly<Record<string, string>> = wishes.system ? SYSTEMS[wishes.system] : {};
  return Object.hasOwn(system, from) ? system[from] : undefined;
}
