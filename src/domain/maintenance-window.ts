import { type Static, Type } from 'typebox';
import { pageOf } from './page.ts';
import { Duration, ManagedBy, Selector, ThingId } from './rule.ts';

// Tested by: operations/maintenance-window/maintenance-window.test.ts

const strict = { additionalProperties: false } as const;
const DateTime = Type.String({ format: 'date-time' });

const windowFields = {
  name: Type.Optional(Type.String({ maxLength: 200 })),
  /** Absent or empty = every sensor. */
  where: Type.Optional(Selector),
  time_zone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA time zone' }),
  starts_at: DateTime,
  duration: Duration,
  recurrence: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      description:
        'RFC 5545 rule, daily or rarer, such as FREQ=WEEKLY;BYDAY=MO; without one the window happens once',
    }),
  ),
  enabled: Type.Optional(Type.Boolean()),
  managed_by: Type.Optional(ManagedBy),
};

export const MaintenanceWindowInput = Type.Object(
  { id: Type.Optional(ThingId), ...windowFields },
  { ...strict, title: 'MaintenanceWindowInput' },
);
export type MaintenanceWindowInput = Static<typeof MaintenanceWindowInput>;

/** A time in which nobody is told of alerts of some sensors; they are raised, kept and shown as ever. */
export const MaintenanceWindow = Type.Object(
  {
    id: ThingId,
    ...windowFields,
    enabled: Type.Boolean(),
    created_at: DateTime,
    updated_at: DateTime,
  },
  { title: 'MaintenanceWindow' },
);
export type MaintenanceWindow = Static<typeof MaintenanceWindow>;

/** A window with the occurrences under way or ahead, the next five at most. */
export const MaintenanceWindowView = Type.Object(
  {
    ...MaintenanceWindow.properties,
    is_open: Type.Boolean(),
    next: Type.Array(Type.Object({ starts_at: DateTime, ends_at: DateTime })),
  },
  { title: 'MaintenanceWindowView' },
);
export type MaintenanceWindowView = Static<typeof MaintenanceWindowView>;

export const MaintenanceWindowPage = pageOf(MaintenanceWindow, 'MaintenanceWindowPage');
