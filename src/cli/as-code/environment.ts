import { escapeToken, type InputProblem } from '#operations/describe-errors.ts';

// Tested by: cli/as-code/as-code.test.ts

type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /(\$?)\$\{env:([^}]*)\}/g;

/**
 * `value` with `${env:NAME}` in its strings filled in from the environment; `$${env:NAME}` stands for the text itself.
 * Variables that are not set are added to `problems`.
 */
export function fillIn(
  value: unknown,
  { env, problems }: { env: Environment; problems: InputProblem[] },
  pointer = '',
): unknown {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (whole, dollar: string, name: string) => {
      if (dollar !== '') return whole.slice(1);
      const found = env[name];
      if (found !== undefined) return found;
      problems.push({ pointer, detail: `the environment has no ${name}` });
      return whole;
    });
  }
  return mapValues(value, (entry, name) =>
    fillIn(entry, { env, problems }, `${pointer}/${escapeToken(name)}`),
  );
}

/** The reverse for texts that only look like a reference. */
export function escapeReferences(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${env:', () => '$${env:');
  return mapValues(value, escapeReferences);
}

function mapValues(value: unknown, map: (entry: unknown, name: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((entry, at) => map(entry, String(at)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, map(entry, name)]));
}
