import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { type ErrorCode, VigieError } from '#domain/errors.ts';
import { describeErrors, type InputProblem } from './describe-errors.ts';

/** More than anyone reads; bounds the work on a hostile input. */
const MAX_ERRORS = 500;
const MAX_TOLD = 100;

interface CheckOptions {
  code?: Extract<ErrorCode, 'invalid_request' | 'rule_invalid'>;
  /** Members that only the platform writes; dropped, so that an answer can be sent back changed. */
  ignore?: readonly string[];
}

export type InputCheck<T> = (input: unknown) => T;

/**
 * Makes the check of a schema, compiled at its first use. It answers the input, typed, or throws with every
 * problem listed. Absent input counts as an empty object.
 */
export function inputCheck<T extends TSchema>(
  schema: T,
  { code = 'invalid_request', ignore = [] }: CheckOptions = {},
): InputCheck<Static<T>> {
  let validator: ReturnType<typeof Compile> | undefined;
  return (input) => {
    validator ??= Compile(schema);
    const value = without(input ?? {}, ignore);
    if (validator.Check(value)) return value as Static<T>;
    throw refuse(describeErrors(schema, collectErrors(validator, value)), code);
  };
}

/** The error of an input with these problems; the first one's pointer is the problem document's. */
export function refuse(
  problems: readonly InputProblem[],
  code: ErrorCode = 'invalid_request',
): VigieError {
  const errors = problems.slice(0, MAX_TOLD);
  const detail = errors
    .slice(0, 3)
    .map((problem) => `${problem.pointer || 'The input'}: ${problem.detail}`)
    .join('; ');
  const more = problems.length > 3 ? ` (and ${problems.length - 3} more)` : '';
  return new VigieError(code, `${detail}${more}`, {
    ...(problems[0] === undefined ? {} : { pointer: problems[0].pointer }),
    extra: { errors },
  });
}

function without(input: unknown, names: readonly string[]): unknown {
  if (names.length === 0 || typeof input !== 'object' || input === null || Array.isArray(input)) {
    return input;
  }
  return Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)));
}

function collectErrors(validator: ReturnType<typeof Compile>, value: unknown) {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: MAX_ERRORS });
  try {
    return validator.Errors(value);
  } finally {
    Settings.Set({ maxErrors });
  }
}
