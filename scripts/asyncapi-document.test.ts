import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { asyncApiDocument } from './asyncapi-document.ts';

const load = createRequire(import.meta.url);

test('the AsyncAPI document is valid by the published schema of its version', () => {
  const schema = load('@asyncapi/specs/schemas/3.0.0-without-$id.json');
  const ajv = new Ajv({ strict: false, logger: false });
  (addFormats as unknown as { default(ajv: Ajv): void }).default(ajv);
  const document = JSON.parse(JSON.stringify(asyncApiDocument()));
  const isValid = ajv.validate(schema, document);
  expect(ajv.errors ?? []).toEqual([]);
  expect(isValid).toBe(true);
});

test('every reference of the AsyncAPI document leads somewhere', () => {
  const document = JSON.parse(JSON.stringify(asyncApiDocument()));
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
  expect(references.length).toBeGreaterThan(10);
  for (const [, path] of references) {
    const found = path!
      .split('/')
      .reduce<Record<string, unknown> | undefined>(
        (at, name) => at?.[name] as Record<string, unknown> | undefined,
        document,
      );
    expect(found, path).toBeDefined();
  }
});
