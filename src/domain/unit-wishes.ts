import { Type } from 'typebox';
import { QUANTITIES, type Quantity, SYSTEMS, type UnitSystem } from './unit-table.ts';

// Tested by: domain/unit-conversion.test.ts

const UnitSystemSchema = Type.Enum(Object.keys(SYSTEMS) as UnitSystem[]);
const UnitName = Type.String({ minLength: 1, maxLength: 32 });
const byQuantity = Object.fromEntries(
  QUANTITIES.map((quantity) => [quantity, Type.Optional(UnitName)]),
) as Record<Quantity, ReturnType<typeof Type.Optional<typeof UnitName>>>;

/** `UnitWishes` as they come in; whether the units named measure what they are to is told by `unitProblems`. */
export const UnitWishesSchema = Type.Union([
  UnitSystemSchema,
  Type.Object(
    { system: Type.Optional(UnitSystemSchema), ...byQuantity },
    { additionalProperties: false },
  ),
]);
