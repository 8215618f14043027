import { type Static, Type } from 'typebox';

/** Settings of an Opsgenie contact. */
export const OpsgenieSettings = Type.Object(
  {
    api_key: Type.String({
      pattern: '^[A-Za-z0-9-]{20,200}$',
      description: 'API key of an integration of the kind API',
    }),
    region: Type.Optional(
      Type.Enum(['us', 'eu'], { description: 'Where the account is; us unless set' }),
    ),
    team: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'The team that answers; the one of the integration unless set',
      }),
    ),
    api_url: Type.Optional(
      Type.String({
        pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
        maxLength: 2000,
        description:
          'Where the API is, in place of a region; https://api.atlassian.com/jsm/ops/integration for Jira Service Management',
      }),
    ),
  },
  { additionalProperties: false, title: 'OpsgenieSettings' },
);
export type OpsgenieSettings = Static<typeof OpsgenieSettings>;
