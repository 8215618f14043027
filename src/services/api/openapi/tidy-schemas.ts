type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `anyOf` of single texts → `enum`, which people and generators read more easily. */
function asEnum(schema: { [name: string]: Json }): { [name: string]: Json } {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length === 0) return schema;
  const values = anyOf.map((option) => (isObject(option) ? option.const : undefined));
  if (values.some((value) => typeof value !== 'string')) return schema;
  return { ...rest, type: 'string', enum: values as string[] };
}

/** A tuple as JSON Schema 2020-12 writes it. */
function asPrefixItems(schema: { [name: string]: Json }): { [name: string]: Json } {
  if (schema.type !== 'array' || !Array.isArray(schema.items)) return schema;
  const { items, additionalItems: _additional, ...rest } = schema;
  return { ...rest, prefixItems: items, items: false };
}

/**
 * Gives every schema with a title one place in `components/schemas` and puts references in its stead.
 * Two different schemas under one title are an error of ours: it throws.
 */
export function tidySchemas<T extends object>(document: T): T {
  const components: Record<string, Json> = {};
  function walk(value: Json): Json {
    if (Array.isArray(value)) return value.map(walk);
    if (!isObject(value)) return value;
    const walked: { [name: string]: Json } = {};
    for (const [name, inner] of Object.entries(value)) {
      // What stands here is data, not schema.
      walked[name] = name === 'examples' || name === 'example' ? inner : walk(inner);
    }
    const schema = asPrefixItems(asEnum(walked));
    const isSchema = 'type' in schema || 'anyOf' in schema || 'enum' in schema;
    if (typeof schema.title !== 'string' || !isSchema) return schema;
    const { title } = schema;
    const known = components[title];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`two different schemas are called ${title}`);
    }
    components[title] = schema;
    return { $ref: `#/components/schemas/${title}` };
  }
  const tidied = walk(JSON.parse(JSON.stringify(document))) as { [name: string]: Json };
  const present = isObject(tidied.components) ? tidied.components : {};
  const sorted = Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...tidied, components: { ...present, schemas: Object.fromEntries(sorted) } } as T;
}
