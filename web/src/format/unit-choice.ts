import { knownUnit, type UnitWishes } from '#domain/unit-conversion.ts';
import { QUANTITIES, type Quantity, SYSTEMS, UNITS } from '#domain/unit-table.ts';

/** In which units this reader reads; empty = as the sensors send them. */
export type UnitChoice = Exclude<UnitWishes, string>;

/** UCUM codes of what can be chosen for each quantity. */
export const UNITS_OF: Readonly<Record<Quantity, readonly string[]>> = Object.fromEntries(
  QUANTITIES.map((quantity) => [
    quantity,
    [...UNITS].filter(([, size]) => size.quantity === quantity).map(([code]) => code),
  ]),
) as Record<Quantity, string[]>;

/** What the browser has remembered; what it does not know (any more) is left out. */
export function choiceOfText(text: string | null): UnitChoice {
  const kept = objectOf(text);
  const choice: UnitChoice = {};
  const { system } = kept;
  if (typeof system === 'string' && Object.hasOwn(SYSTEMS, system)) {
    choice.system = system as keyof typeof SYSTEMS;
  }
  for (const quantity of QUANTITIES) {
    const name = kept[quantity];
    const code = typeof name === 'string' ? knownUnit(name) : undefined;
    if (code !== undefined && UNITS.get(code)?.quantity === quantity) choice[quantity] = code;
  }
  return choice;
}

function objectOf(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The choice with one part changed; `''` = as the rest says, or as it is sent. */
export function choiceWith(
  choice: UnitChoice,
  part: 'system' | Quantity,
  value: string,
): UnitChoice {
  return choiceOfText(JSON.stringify({ ...choice, [part]: value === '' ? undefined : value }));
}
