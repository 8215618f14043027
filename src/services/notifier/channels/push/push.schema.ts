import { type Static, Type } from 'typebox';

/** Settings of a browser: what `PushSubscription.toJSON()` gives (https://www.w3.org/TR/push-api/). */
export const PushSettings = Type.Object(
  {
    endpoint: Type.String({
      pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
      maxLength: 2000,
      description: "Where the browser's push service takes messages for it",
    }),
    keys: Type.Object(
      {
        p256dh: Type.String({
          pattern: '^B[A-Za-z0-9_-]{86}=?$',
          description: 'Public key of the browser: P-256, uncompressed, in base64url',
        }),
        auth: Type.String({
          pattern: '^[A-Za-z0-9_-]{22}(==)?$',
          description: 'Secret of the browser: 16 bytes in base64url',
        }),
      },
      { additionalProperties: false },
    ),
    expirationTime: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  },
  { additionalProperties: false, title: 'PushSettings' },
);
export type PushSettings = Static<typeof PushSettings>;
