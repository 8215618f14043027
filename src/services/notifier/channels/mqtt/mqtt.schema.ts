import { type Static, Type } from 'typebox';

/** Settings of a contact that is a topic of an MQTT broker. */
export const MqttSettings = Type.Object(
  {
    url: Type.String({
      pattern: '^[Mm][Qq][Tt][Tt][Ss]?://',
      maxLength: 2000,
      description: 'Where the broker is: mqtt://host:1883, or mqtts://host:8883 for TLS',
    }),
    topic: Type.String({
      pattern: '^[^+#\\u0000]{1,500}$',
      description: 'What to publish to; {sensor} and {alert} stand for their ids',
    }),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
    retain: Type.Optional(
      Type.Boolean({
        description: 'Whether the broker keeps the last message of the topic; false unless set',
      }),
    ),
    ca: Type.Optional(
      Type.String({
        pattern: '-----BEGIN CERTIFICATE-----',
        maxLength: 100_000,
        description: "Certificate (PEM) of the broker's authority, where it is not a public one",
      }),
    ),
  },
  { additionalProperties: false, title: 'MqttSettings' },
);
export type MqttSettings = Static<typeof MqttSettings>;
