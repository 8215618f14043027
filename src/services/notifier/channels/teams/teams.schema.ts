import { type Static, Type } from 'typebox';

/** Settings of a Microsoft Teams contact. */
export const TeamsSettings = Type.Object(
  {
    url: Type.String({
      pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
      maxLength: 2000,
      description: 'Address of the workflow "Post to a channel when a webhook request is received"',
    }),
  },
  { additionalProperties: false, title: 'TeamsSettings' },
);
export type TeamsSettings = Static<typeof TeamsSettings>;
