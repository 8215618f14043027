import { type Static, Type } from 'typebox';
import { SCOPES } from './caller.ts';
import { DateTime, pageOf } from './page.ts';

const strict = { additionalProperties: false } as const;
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);
const Scopes = Type.Array(Type.Enum(SCOPES), {
  minItems: 1,
  maxItems: SCOPES.length,
  uniqueItems: true,
});

export const ApiKeyInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    scopes: Scopes,
    sensors: Type.Optional(
      nullable(
        Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
          minItems: 1,
          maxItems: 1000,
          description: 'Sensors that the key may send for: ids or patterns with * and ?',
        }),
      ),
    ),
    rate_limit: Type.Optional(
      nullable(Type.Number({ exclusiveMinimum: 0, description: 'Requests a second' })),
    ),
    expires_at: Type.Optional(nullable(DateTime)),
  },
  { ...strict, title: 'ApiKeyInput' },
);
export type ApiKeyInput = Static<typeof ApiKeyInput>;

const keyFields = {
  id: Type.String(),
  name: Type.String(),
  scopes: Scopes,
  sensors: nullable(Type.Array(Type.String())),
  rate_limit: nullable(Type.Number()),
  created_at: DateTime,
  expires_at: nullable(DateTime),
  revoked_at: nullable(DateTime),
};

/** A key without its text, which is stored as a hash only. */
export const ApiKey = Type.Object(keyFields, { title: 'ApiKey' });
export type ApiKey = Static<typeof ApiKey>;

/** The one answer that shows the text of a key. */
export const ApiKeyCreated = Type.Object(
  { ...keyFields, key: Type.String() },
  { title: 'ApiKeyCreated' },
);
export type ApiKeyCreated = Static<typeof ApiKeyCreated>;

export const ApiKeyPage = pageOf(ApiKey, 'ApiKeyPage');

/** `key` is an API key or a one-time code. */
export const SessionInput = Type.Object(
  { key: Type.String({ minLength: 1, maxLength: 1000 }) },
  { ...strict, title: 'SessionInput' },
);
export type SessionInput = Static<typeof SessionInput>;
