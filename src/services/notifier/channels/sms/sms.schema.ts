import { type Static, Type } from 'typebox';
import { telephoneFields } from '../telephone-gateway.ts';

/** Settings of a contact that gets text messages. */
export const SmsSettings = Type.Object(
  {
    ...telephoneFields,
    from: Type.String({
      pattern: '^(\\+?[0-9]{3,15}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{1,11})$',
      description: 'The number or the name that it comes from, or the id of a messaging service',
    }),
    segments: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10,
        description:
          'The most parts that a message may take, each of which is paid for; 2 unless set',
      }),
    ),
  },
  { additionalProperties: false, title: 'SmsSettings' },
);
export type SmsSettings = Static<typeof SmsSettings>;
