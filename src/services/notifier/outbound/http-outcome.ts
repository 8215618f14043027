import type { Outcome } from '../channels/channel.ts';
import { PrivateAddressError } from './address-guard.ts';
import type { PostAnswer } from './http-poster.ts';

/**
 * Not now, but perhaps later: a timeout, a request that is still being handled, too early, too many. Also what a
 * proxy answers for a receiver that is just being redeployed or reconfigured: an alert must not be lost for that.
 */
const RETRYABLE_4XX = new Set([401, 403, 404, 405, 407, 408, 409, 425, 429]);
/** Of these, what mostly is no passing fault but a wrong token or address. */
const REFUSALS = new Set([401, 403, 404, 405, 407]);

/** What an HTTP answer means for a notification: any 2xx took it; 5xx and some 4xx (`RETRYABLE_4XX`) may later. */
export function outcomeOfAnswer(answer: PostAnswer, nowMs: number): Outcome {
  const { status, excerpt, headers } = answer;
  const said = excerpt === '' ? `HTTP ${status}` : `HTTP ${status}: ${excerpt}`;
  if (status >= 200 && status < 300) return { ok: true, receipt: said };
  if (status >= 300 && status < 400) {
    const target = headers.location === undefined ? '' : ` to ${headers.location.slice(0, 200)}`;
    return {
      ok: false,
      retryable: false,
      detail: `HTTP ${status}: a redirect${target} is not followed; give the final address`,
    };
  }
  const retryable = status >= 500 || RETRYABLE_4XX.has(status);
  const retryAfterMs = retryable ? parseRetryAfter(headers['retry-after'], nowMs) : undefined;
  return {
    ok: false,
    retryable,
    detail: said,
    ...(REFUSALS.has(status) ? { isRefusal: true } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** What it means that there was no answer. */
export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof PrivateAddressError) {
    return { ok: false, retryable: false, detail: `private_address_refused: ${error.message}` };
  }
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return { ok: false, retryable: true, detail: 'no answer in time' };
  }
  return { ok: false, retryable: true, detail: describeError(error) };
}

/** `Retry-After` (RFC 9110 section 10.2.3), seconds or a date, as ms from now. */
function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

/** The innermost reason: of several tried addresses, the first one's. */
function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return describeError(error.errors[0]);
  }
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code)
    ? error.message
    : `${code}: ${error.message}`;
}
