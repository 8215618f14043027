import { type Static, Type } from 'typebox';

/** Settings of a Discord contact. */
export const DiscordSettings = Type.Object(
  {
    url: Type.String({
      pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
      maxLength: 2000,
      description: 'Address of the webhook, such as https://discord.com/api/webhooks/…',
    }),
  },
  { additionalProperties: false, title: 'DiscordSettings' },
);
export type DiscordSettings = Static<typeof DiscordSettings>;
