import type { TSchema } from 'typebox';

// Tested by: check-input.test.ts

/** What is wrong with an input, and where (JSON pointer, RFC 6901). */
export interface InputProblem {
  pointer: string;
  detail: string;
}

/** An error as a compiled schema reports it (the shape is Ajv's). */
export interface SchemaError {
  keyword: string;
  schemaPath: string;
  instancePath: string;
  params: object;
  message: string;
}

/**
 * The errors of a schema as a person wants them: one for each thing that is wrong, without those of the forms of a
 * union that were clearly not meant, and pointing at the member that is missing or unknown.
 */
export function describeErrors(schema: TSchema, errors: readonly SchemaError[]): InputProblem[] {
  const problems: InputProblem[] = [];
  for (const error of settleUnions(errors)) problems.push(...describe(schema, error));
  const seen = new Set<string>();
  return problems
    .filter(({ pointer, detail }) => {
      const key = `${pointer}\n${detail}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => (a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0));
}

/** Outermost unions first: within each, only the errors of the form that was meant stay. */
function settleUnions(errors: readonly SchemaError[]): SchemaError[] {
  const union = errors
    .filter(({ keyword, params }) => keyword === 'anyOf' && !('settled' in params))
    .sort((a, b) => a.schemaPath.length - b.schemaPath.length)[0];
  if (union === undefined) return [...errors];
  const prefix = `${union.schemaPath}/anyOf/`;
  const isWithin = (error: SchemaError) =>
    error.schemaPath.startsWith(prefix) && error.instancePath.startsWith(union.instancePath);
  const branches = new Map<string, SchemaError[]>();
  for (const error of errors.filter(isWithin)) {
    const index = error.schemaPath.slice(prefix.length).split('/', 1)[0] ?? '';
    branches.set(index, [...(branches.get(index) ?? []), error]);
  }
  const rest = errors.filter((error) => error !== union && !isWithin(error));
  const meant = [...branches.values()]
    .filter((branch) => !branch.some((error) => isOtherForm(error, union)))
    .sort((a, b) => a.length - b.length)[0];
  const settled = meant ?? [summarize(union, [...branches.values()])];
  return settleUnions([...rest, ...settled]);
}

function isOtherForm(error: SchemaError, union: SchemaError): boolean {
  return (
    error.instancePath === union.instancePath &&
    ['required', 'type', 'const', 'enum'].includes(error.keyword)
  );
}

function summarize(union: SchemaError, branches: readonly SchemaError[][]): SchemaError {
  const all = branches.flat().filter(({ instancePath }) => instancePath === union.instancePath);
  const words = [...valuesOf(all, 'allowedValue'), ...valuesOf(all, 'allowedValues')];
  const constants = words.map((value) => JSON.stringify(value));
  const types = valuesOf(all, 'type').map(String);
  const members = membersThatTell(branches);
  let message = 'has none of the forms that are known';
  if (members.length > 0) message = `must have one of: ${members.join(', ')}`;
  else if (constants.length > 0 || types.length > 0) {
    message = `must be one of: ${[...constants, ...types].join(', ')}`;
  }
  return { ...union, message, params: { settled: true } };
}

function valuesOf(errors: readonly SchemaError[], name: string): unknown[] {
  return [
    ...new Set(
      errors.flatMap(({ params }) =>
        name in params ? [(params as Record<string, unknown>)[name]].flat() : [],
      ),
    ),
  ];
}

/** Missing members that only one form asks for. */
function membersThatTell(branches: readonly SchemaError[][]): string[] {
  const counts = new Map<string, number>();
  for (const branch of branches) {
    for (const name of valuesOf(branch, 'requiredProperties') as string[]) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts].filter(([, count]) => count === 1).map(([name]) => name);
}

function describe(schema: TSchema, error: SchemaError): InputProblem[] {
  const { instancePath, keyword, message } = error;
  const params = error.params as Record<string, unknown>;
  switch (keyword) {
    case 'boolean':
      // An unknown member is said once more, and better, by additionalProperties.
      return error.schemaPath.endsWith('/additionalItems')
        ? [{ pointer: instancePath, detail: 'is one too many' }]
        : [];
    case 'required':
      return (params.requiredProperties as string[]).map((name) => ({
        pointer: `${instancePath}/${escapeToken(name)}`,
        detail: 'is missing',
      }));
    case 'additionalProperties':
      return (params.additionalProperties as string[]).map((name) => ({
        pointer: `${instancePath}/${escapeToken(name)}`,
        detail: 'is not known here',
      }));
    case 'enum': {
      const words = (params.allowedValues as unknown[]).map((word) => JSON.stringify(word));
      return [{ pointer: instancePath, detail: `must be one of: ${words.join(', ')}` }];
    }
    case 'const':
      return [{ pointer: instancePath, detail: `must be ${JSON.stringify(params.allowedValue)}` }];
    case 'minProperties':
      return [
        { pointer: instancePath, detail: `must have at least ${params.limit} of its members` },
      ];
    case 'format':
      return [
        {
          pointer: instancePath,
          detail:
            params.format === 'date-time'
              ? 'must be an RFC 3339 time with an offset, such as 2026-11-22T05:00:00Z'
              : message,
        },
      ];
    case 'pattern': {
      const description = descriptionAt(schema, error.schemaPath);
      const detail = description === undefined ? message : `is not of the form: ${description}`;
      return [{ pointer: instancePath, detail }];
    }
    default:
      return [{ pointer: instancePath, detail: message }];
  }
}

function descriptionAt(schema: TSchema, schemaPath: string): string | undefined {
  let node: unknown = schema;
  for (const token of schemaPath.split('/').slice(1)) {
    if (typeof node !== 'object' || node === null) return undefined;
    node = (node as Record<string, unknown>)[token.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  const description = (node as { description?: unknown } | undefined)?.description;
  return typeof description === 'string' ? description : undefined;
}

export function escapeToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
