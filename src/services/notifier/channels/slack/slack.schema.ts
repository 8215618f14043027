import { type Static, Type } from 'typebox';

/** Settings of a Slack contact. */
export const SlackSettings = Type.Object(
  {
    url: Type.String({
      pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
      maxLength: 2000,
      description: 'Address of the incoming webhook, such as https://hooks.slack.com/services/…',
    }),
  },
  { additionalProperties: false, title: 'SlackSettings' },
);
export type SlackSettings = Static<typeof SlackSettings>;
