import { type Static, Type } from 'typebox';

/** Settings of a webhook contact. */
export const WebhookSettings = Type.Object(
  {
    url: Type.String({
      pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
      maxLength: 2000,
      description: 'Where notifications are posted to: http or https',
    }),
    secret: Type.Optional(
      Type.String({
        pattern: '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$',
        description:
          'Signing secret (Standard Webhooks): whsec_ and 24 to 64 bytes in base64; made for you where you give none',
      }),
    ),
  },
  { additionalProperties: false, title: 'WebhookSettings' },
);
export type WebhookSettings = Static<typeof WebhookSettings>;
