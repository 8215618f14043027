// Tested by: operations/on-call/on-call.test.ts
import { type Static, Type } from 'typebox';
import { pageOf } from './page.ts';
import { Duration, ManagedBy, ThingId } from './rule.ts';

const strict = { additionalProperties: false } as const;
const DateTime = Type.String({ format: 'date-time' });

const onCallFields = {
  name: Type.Optional(Type.String({ maxLength: 200 })),
  time_zone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA time zone' }),
  /** The first handover; all others follow at the same local time, summer and winter. */
  starts_at: DateTime,
  shift: Duration,
  /** In the order in which they take over; after the last one the first one again. */
  contacts: Type.Array(ThingId, { minItems: 1, maxItems: 100 }),
  /** Who is on call instead, from a time (inclusive) to another (exclusive); of several the last one listed. */
  overrides: Type.Optional(
    Type.Array(Type.Object({ from: DateTime, to: DateTime, contact: ThingId }, strict), {
      maxItems: 1000,
    }),
  ),
  managed_by: Type.Optional(ManagedBy),
};

export const OnCallInput = Type.Object(
  { id: Type.Optional(ThingId), ...onCallFields },
  { ...strict, title: 'OnCallInput' },
);
export type OnCallInput = Static<typeof OnCallInput>;

/** Contacts who take turns. */
export const OnCall = Type.Object(
  { id: ThingId, ...onCallFields, created_at: DateTime, updated_at: DateTime },
  { title: 'OnCall' },
);
export type OnCall = Static<typeof OnCall>;

/** A rotation, and who is on call at a time; null before the first shift. */
export const OnCallView = Type.Object(
  {
    ...OnCall.properties,
    at: DateTime,
    contact: Type.Union([Type.String(), Type.Null()]),
    until: Type.Union([DateTime, Type.Null()]),
    handovers: Type.Array(
      Type.Object({ at: DateTime, contact: Type.Union([Type.String(), Type.Null()]) }),
    ),
  },
  { title: 'OnCallView' },
);
export type OnCallView = Static<typeof OnCallView>;

export const OnCallPage = pageOf(OnCall, 'OnCallPage');
export const OnCallQuery = Type.Object(
  { at: Type.Optional(DateTime) },
  { ...strict, title: 'OnCallQuery' },
);
