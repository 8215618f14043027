import { type Static, Type } from 'typebox';

/** Settings of an ntfy contact. */
export const NtfySettings = Type.Object(
  {
    topic: Type.String({
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description:
        'The topic that phones subscribe to; on a public server whoever knows it can read',
    }),
    token: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{8,200}$',
        description: 'Access token, where the server asks for one',
      }),
    ),
    api_url: Type.Optional(
      Type.String({
        pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
        maxLength: 2000,
        description: 'Where the server is; https://ntfy.sh unless set',
      }),
    ),
  },
  { additionalProperties: false, title: 'NtfySettings' },
);
export type NtfySettings = Static<typeof NtfySettings>;
