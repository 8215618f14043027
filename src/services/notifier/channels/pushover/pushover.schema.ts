import { type Static, Type } from 'typebox';

const Key = '^[A-Za-z0-9]{30}$';

/** Settings of a Pushover contact. */
export const PushoverSettings = Type.Object(
  {
    token: Type.String({ pattern: Key, description: "The application's API token" }),
    user: Type.String({ pattern: Key, description: 'Key of a user or of a group' }),
    device: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_-]{1,25}$', description: 'One device; all unless set' }),
    ),
    api_url: Type.Optional(
      Type.String({
        pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
        maxLength: 2000,
        description: 'Where the API is; https://api.pushover.net unless set',
      }),
    ),
  },
  { additionalProperties: false, title: 'PushoverSettings' },
);
export type PushoverSettings = Static<typeof PushoverSettings>;
