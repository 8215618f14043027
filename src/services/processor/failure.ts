import { VigieError } from '#domain/errors.ts';

/** What senders are told of an error that nobody foresaw: nothing was stored, and it may pass. */
export function asVigieError(error: unknown): VigieError {
  if (error instanceof VigieError) return error;
  return new VigieError('storage_unavailable', 'The readings could not be processed.', {
    retryAfterSeconds: 5,
    cause: error,
  });
}

/** What the sender of a request is told that went alone and could not be evaluated: sending it again would not help. */
export function faultOf(error: unknown): VigieError {
  if (error instanceof VigieError) return error;
  return new VigieError('internal', 'The readings could not be evaluated.', { cause: error });
}
