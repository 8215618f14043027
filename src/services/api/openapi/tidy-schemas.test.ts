import { expect, test } from 'vitest';
import { tidySchemas } from './tidy-schemas.ts';

test('a titled schema moves to the components once, and nested ones too', () => {
  const inner = { title: 'Inner', type: 'string' };
  const outer = { title: 'Outer', type: 'object', properties: { inner } };
  const tidied = tidySchemas({ info: { title: 'Not a schema' }, a: outer, b: [outer, inner] });
  expect(tidied).toEqual({
    info: { title: 'Not a schema' },
    a: { $ref: '#/components/schemas/Outer' },
    b: [{ $ref: '#/components/schemas/Outer' }, { $ref: '#/components/schemas/Inner' }],
    components: {
      schemas: {
        Inner: inner,
        Outer: {
          title: 'Outer',
          type: 'object',
          properties: { inner: { $ref: '#/components/schemas/Inner' } },
        },
      },
    },
  });
});

test('a choice of texts becomes an enum; other choices stay', () => {
  const texts = { anyOf: [{ type: 'string', const: 'a' }, { const: 'b' }], description: 'd' };
  const mixed = { anyOf: [{ const: 'a' }, { type: 'null' }] };
  expect(tidySchemas({ texts, mixed })).toMatchObject({
    texts: { type: 'string', enum: ['a', 'b'], description: 'd' },
    mixed,
  });
});

test('a tuple is written as JSON Schema 2020-12 has it', () => {
  const items = [{ type: 'string' }, { type: 'number' }];
  const pair = { type: 'array', items, additionalItems: false, minItems: 2 };
  expect(tidySchemas({ pair })).toMatchObject({
    pair: { type: 'array', prefixItems: items, items: false, minItems: 2 },
  });
});

test('two different schemas under one title are refused', () => {
  const schemas = ['string', 'number'].map((type) => ({ title: 'X', type }));
  expect(() => tidySchemas({ schemas })).toThrow('two different schemas are called X');
});
