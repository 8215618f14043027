import fc from 'fast-check';

/** As much of JSON Schema as the documents of the API use. */
interface Schema {
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  patternProperties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  minProperties?: number;
  items?: Schema | readonly Schema[];
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
}

/** What the patterns of the API's schemas ask for: each takes some of these. */
const WORDS = ['freezer-3', 'Été_2.b', '90s', '1h30m', '2.5d', '07:30', '24:00', 'apply:default'];
const GROUPED = ['rule', 'location', 'label:site', 'label:a,b', 'label:"x" = y'];
const TIMES = ['2026-11-22T05:00:00Z', '2026-03-29T02:30:15.250+01:00'];

/** Any document that a schema allows, also with what forms like to lose: commas, quotes, spaces, line ends, empty lists. */
export function anyDocument(schema: object): fc.Arbitrary<unknown> {
  return anyOf(schema as Schema);
}

/** A document with every field that a schema has, and one item in each list; the last form where there are several. */
export function fullDocument(schema: object): unknown {
  return fullOf(schema as Schema);
}

function fullOf(schema: Schema): unknown {
  if (schema.anyOf !== undefined) return fullOf(schema.anyOf.at(-1) as Schema);
  if (schema.type === 'object') {
    const { properties = {}, patternProperties = {} } = schema;
    const [values] = Object.values(patternProperties);
    if (values !== undefined) return { site: fullOf(values) };
    return Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, fullOf(field)]),
    );
  }
  if (schema.type === 'array') {
    const items = Array.isArray(schema.items) ? (schema.items as Schema[]) : [schema.items ?? {}];
    return items.map((item) => fullOf(item as Schema));
  }
  return fc.sample(anyOf({ ...schema, minLength: 1 }), { numRuns: 1, seed: 1 })[0];
}

function anyOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(anyOf));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  switch (schema.type) {
    case 'object':
      return anyObject(schema);
    case 'array':
      return anyArray(schema);
    case 'string':
      return anyText(schema);
    case 'number':
      return anyNumber(schema);
    case 'boolean':
      return fc.boolean();
    case undefined:
      return fc.jsonValue();
    default:
      throw new TypeError(`no documents are made of ${JSON.stringify(schema)}`);
  }
}

function anyObject(schema: Schema): fc.Arbitrary<unknown> {
  const { properties = {}, patternProperties, required = [], minProperties = 0 } = schema;
  const [values] = Object.values(patternProperties ?? {});
  if (values !== undefined)
    return fc.dictionary(anyText({}), anyOf(values), { minKeys: minProperties, maxKeys: 3 });
  const fields = Object.entries(properties).map(([name, field]) => [name, anyOf(field)] as const);
  return fc
    .record(Object.fromEntries(fields), { requiredKeys: [...required] })
    .filter((value) => Object.keys(value).length >= minProperties);
}

function anyArray({ items, minItems = 0, maxItems = 3 }: Schema): fc.Arbitrary<unknown> {
  if (Array.isArray(items)) return fc.tuple(...(items as Schema[]).map(anyOf));
  const maxLength = Math.min(Math.max(3, minItems), maxItems);
  return fc.array(anyOf((items as Schema | undefined) ?? {}), { minLength: minItems, maxLength });
}

function anyText({ pattern, format, minLength = 0, maxLength = 12 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.constantFrom(...TIMES);
  if (pattern !== undefined) {
    const expression = new RegExp(pattern, 'u');
    return fc.constantFrom(...[...WORDS, ...GROUPED].filter((word) => expression.test(word)));
  }
  const length = { minLength, maxLength: Math.min(12, maxLength) };
  const awkward = fc.constantFrom(...',"= \n*a');
  return fc.oneof(fc.string(length), fc.string({ unit: awkward, ...length }));
}

function anyNumber({ minimum, exclusiveMinimum }: Schema): fc.Arbitrary<number> {
  const min = minimum ?? exclusiveMinimum ?? -1e9;
  const excluded = exclusiveMinimum !== undefined;
  // No negative zero: JSON has none.
  return fc.double({ min, max: 1e9, minExcluded: excluded, noNaN: true }).map((value) => value + 0);
}
