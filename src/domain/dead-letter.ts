import { type Static, Type } from 'typebox';
import { DateTime, pageFields, pageOf } from './page.ts';

/** A reading that was refused, whole, and why. */
export const DeadLetter = Type.Object(
  {
    id: Type.String(),
    received_at: DateTime,
    source: Type.String({ description: 'http, line, mqtt or import' }),
    sensor_id: Type.Union([Type.String(), Type.Null()]),
    code: Type.String(),
    pointer: Type.String({ description: 'JSON pointer within the reading' }),
    detail: Type.String(),
    payload: Type.String({ description: 'The reading as it came, cut at 64 KiB' }),
  },
  { title: 'DeadLetter' },
);
export type DeadLetter = Static<typeof DeadLetter>;

export const ListDeadLettersQuery = Type.Object(
  {
    ...pageFields,
    code: Type.Optional(Type.String({ maxLength: 100 })),
    sensor_id: Type.Optional(Type.String({ maxLength: 200 })),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
  },
  { additionalProperties: false, title: 'ListDeadLettersQuery' },
);
export type ListDeadLettersQuery = Static<typeof ListDeadLettersQuery>;

export const DeadLetterPage = pageOf(DeadLetter, 'DeadLetterPage');
