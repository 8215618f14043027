import type { FastifySchemaCompiler } from 'fastify';
import type { FastifySerializerCompiler } from 'fastify/types/schema.js';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';

/**
 * Texts of a URL become the numbers and booleans that the schema names. Nothing is refused here: the
 * operation checks its input, whoever calls it, and names every problem.
 */
export const convertingValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  httpPart === 'querystring' || httpPart === 'params'
    ? (value: unknown) => ({ value: Value.Convert(schema, { ...(value as object) }) })
    : (value: unknown) => ({ value });

/** Answers come from typed operations and are written as they are. */
export const plainSerializer: FastifySerializerCompiler<TSchema> = () => (data) =>
  JSON.stringify(data);

/** For tests: an answer that its documented schema does not hold for is an error. */
export const checkingSerializer: FastifySerializerCompiler<TSchema> = ({ schema, url, method }) => {
  const check = Compile(schema);
  return (data) => {
    const text = JSON.stringify(data);
    const [problem] = check.Errors(JSON.parse(text));
    if (problem) {
      throw new Error(
        `${method} ${url} answers what its schema forbids: ${problem.instancePath} ${problem.message} in ${text.slice(0, 500)}`,
      );
    }
    return text;
  };
};
