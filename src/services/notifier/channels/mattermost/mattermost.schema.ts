import { type Static, Type } from 'typebox';

/** Settings of a Mattermost contact. */
export const MattermostSettings = Type.Object(
  {
    url: Type.String({
      pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
      maxLength: 2000,
      description: 'Address of the incoming webhook, such as https://chat.example.org/hooks/…',
    }),
  },
  { additionalProperties: false, title: 'MattermostSettings' },
);
export type MattermostSettings = Static<typeof MattermostSettings>;
