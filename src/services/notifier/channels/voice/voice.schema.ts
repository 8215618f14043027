import { type Static, Type } from 'typebox';
import { telephoneFields } from '../telephone-gateway.ts';

/** Settings of a contact that is called. */
export const VoiceSettings = Type.Object(
  {
    ...telephoneFields,
    from: Type.String({
      pattern: '^\\+?[0-9]{3,15}$',
      description: 'The number that calls, which has to be one of the account',
    }),
    voice: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._-]{1,50}$',
        description: "The voice that speaks, such as Polly.Lea; the gateway's own unless set",
      }),
    ),
  },
  { additionalProperties: false, title: 'VoiceSettings' },
);
export type VoiceSettings = Static<typeof VoiceSettings>;
