import { type Static, Type } from 'typebox';

/** One plain address: no name, no list, nothing that could begin another header. */
const Address = Type.String({
  pattern: '^[^\\s@<>()\\[\\]",:;\\\\]{1,64}@[^\\s@<>()\\[\\]",:;\\\\]{1,190}$',
  maxLength: 254,
  description: 'An e-mail address such as anne@example.org',
});

/** Settings of an e-mail contact. */
export const EmailSettings = Type.Object(
  {
    to: Type.Union([Address, Type.Array(Address, { minItems: 1, maxItems: 20 })], {
      description: 'One address, or up to 20',
    }),
    from: Type.Optional(Address),
    chart: Type.Optional(
      Type.Boolean({
        description: 'Whether a picture of the last hours goes with an alert; true unless set',
      }),
    ),
  },
  { additionalProperties: false, title: 'EmailSettings' },
);
export type EmailSettings = Static<typeof EmailSettings>;
