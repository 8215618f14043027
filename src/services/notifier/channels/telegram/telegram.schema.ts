import { type Static, Type } from 'typebox';

/** Settings of a Telegram contact. */
export const TelegramSettings = Type.Object(
  {
    token: Type.String({
      pattern: '^[0-9]{1,20}:[A-Za-z0-9_-]{20,100}$',
      description: "The bot's token, from @BotFather",
    }),
    chat_id: Type.String({
      pattern: '^(-?[0-9]{1,20}|@[A-Za-z0-9_]{4,64})$',
      description: 'Number of the chat, or @name of a public channel',
    }),
    thread_id: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Topic within a group that has topics' }),
    ),
    api_url: Type.Optional(
      Type.String({
        pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
        maxLength: 2000,
        description: 'Where the Bot API is; https://api.telegram.org unless set',
      }),
    ),
  },
  { additionalProperties: false, title: 'TelegramSettings' },
);
export type TelegramSettings = Static<typeof TelegramSettings>;
