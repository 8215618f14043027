import { tidySchemas } from './tidy-schemas.ts';

/**
 * A schema as a file of its own (JSON Schema 2020-12): what it refers to lies under `$defs`.
 * It must carry a title.
 */
export function standaloneSchema(schema: object): object {
  const { root, components } = tidySchemas({ root: schema }) as unknown as {
    root: { $ref: string };
    components: { schemas: Record<string, object> };
  };
  const name = root.$ref.split('/').at(-1) ?? '';
  const { [name]: main, ...others } = components.schemas;
  const $defs = Object.keys(others).length > 0 ? { $defs: others } : {};
  const whole = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...main, ...$defs };
  return JSON.parse(JSON.stringify(whole).replaceAll('"#/components/schemas/', '"#/$defs/'));
}
