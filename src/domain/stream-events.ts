import { Type } from 'typebox';
import { Alert, AlertHistoryEntry } from './alert.ts';
import { DeadLetter } from './dead-letter.ts';
import { DateTime } from './page.ts';

/** What every CloudEvent of the platform says of itself (CloudEvents 1.0, structured JSON). */
const envelope = {
  specversion: Type.Literal('1.0'),
  id: Type.String({
    description: 'The same however often the event is sent: repeats can be dropped',
  }),
  source: Type.String({ format: 'uri-reference' }),
  subject: Type.Optional(Type.String({ description: 'The sensor' })),
  time: DateTime,
  datacontenttype: Type.Literal('application/json'),
  customer: Type.String({ description: 'Whose it is' }),
};

/** On `vigie.alerts`: a change of an alert. */
export const AlertEvent = Type.Object(
  {
    ...envelope,
    type: Type.String({ description: '`vigie.alert.` and the change, such as vigie.alert.raised' }),
    data: Type.Object({
      alert: Type.Omit(Alert, ['history'], { description: 'As it stands when the event is sent' }),
      change: AlertHistoryEntry,
    }),
  },
  { title: 'AlertEvent' },
);

/** On `vigie.dead-letters`: a reading that was refused. */
export const DeadLetterEvent = Type.Object(
  { ...envelope, type: Type.Literal('vigie.reading.refused'), data: DeadLetter },
  { title: 'DeadLetterEvent' },
);
