import { Type } from 'typebox';
import { DateTime } from './page.ts';

/** On `vigie.readings`: one reading, and when it was received. Lateness is judged by that. */
export const StreamReading = Type.Object(
  {
    sensor_id: Type.String(),
    timestamp: Type.Optional(DateTime),
    readings: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
      minProperties: 1,
    }),
    metadata: Type.Optional(
      Type.Object(
        {
          location: Type.Optional(Type.String()),
          calibration_date: Type.Optional(DateTime),
          labels: Type.Optional(Type.Record(Type.String(), Type.String())),
          name: Type.Optional(Type.String()),
          units: Type.Optional(
            Type.Record(Type.String(), Type.String(), { description: 'UCUM unit by metric' }),
          ),
          update_within_ms: Type.Optional(
            Type.Number({ description: 'The longest time to the next reading' }),
          ),
        },
        { additionalProperties: true },
      ),
    ),
    received_at: Type.Optional(
      Type.String({ format: 'date-time', description: "The record's own time unless given" }),
    ),
  },
  { title: 'StreamReading' },
);

/** On `vigie.readings` with the header `kind: refused`: a reading that the gateway refused, for the dead letters. */
export const StreamRefusal = Type.Object(
  {
    sensor_id: Type.Union([Type.String(), Type.Null()]),
    code: Type.String(),
    pointer: Type.String({ description: 'JSON pointer within the reading' }),
    detail: Type.String(),
    payload: Type.String({ description: 'The reading as it came, cut at 64 KiB' }),
    received_at: DateTime,
  },
  { title: 'StreamRefusal' },
);
