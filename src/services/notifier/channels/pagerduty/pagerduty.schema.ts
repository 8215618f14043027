import { type Static, Type } from 'typebox';

/** Settings of a PagerDuty contact. */
export const PagerdutySettings = Type.Object(
  {
    routing_key: Type.String({
      pattern: '^[A-Za-z0-9]{32}$',
      description: 'Integration key of an integration of the kind Events API V2',
    }),
    api_url: Type.Optional(
      Type.String({
        pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
        maxLength: 2000,
        description:
          'Where events go; https://events.pagerduty.com unless set, https://events.eu.pagerduty.com in Europe',
      }),
    ),
  },
  { additionalProperties: false, title: 'PagerdutySettings' },
);
export type PagerdutySettings = Static<typeof PagerdutySettings>;
