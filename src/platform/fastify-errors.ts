import { type ErrorCode, VigieError } from '#domain/errors.ts';

/** What Fastify itself refuses, by its codes; everything else of Fastify's with a status of 4xx is `invalid_request`. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_NOT_FOUND: 'not_found',
};

/** Gives Fastify's own errors a code of ours; any other error is handed back as it is. */
export function asVigieError(error: unknown): unknown {
  if (error instanceof VigieError || !(error instanceof Error)) return error;
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return error;
  const cause = { cause: error };
  // Fastify's JSON parser throws these without a code of its own.
  if (error instanceof SyntaxError) return new VigieError('invalid_json', error.message, cause);
  if (typeof code !== 'string' || !code.startsWith('FST_')) return error;
  return new VigieError(CODES[code] ?? 'invalid_request', error.message, cause);
}
