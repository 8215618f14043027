import type { Outcome } from '../channels/channel.ts';
import { outcomeOfAnswer, outcomeOfError } from './http-outcome.ts';
import type { HttpPoster, PostAnswer, PostRequest } from './http-poster.ts';

// Tested by: ../channels/http-channel.contract.ts

/** What one request brings to a provider. */
export interface Post {
  url: string;
  /** POST unless set. */
  method?: PostRequest['method'];
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; `URLSearchParams` as a form, bytes as they are. */
  body: unknown;
  /** Statuses that end it, although they may pass elsewhere. */
  finalStatuses?: ReadonlySet<number>;
  signal: AbortSignal;
}

/** Posts once, and says what became of it. Never throws for what the other side does. */
export async function postOnce(
  poster: HttpPoster,
  post: Post,
  clock: { now(): number },
): Promise<Outcome> {
  if (!URL.canParse(post.url)) {
    return { ok: false, retryable: false, detail: 'the contact has no valid address' };
  }
  const { method, signal } = post;
  const { contentType, bytes } = encode(post.body);
  try {
    const answer = await poster.post({
      url: new URL(post.url),
      ...(method === undefined ? {} : { method }),
      headers: { 'content-type': contentType, 'user-agent': 'Vigie', ...post.headers },
      body: bytes,
      signal,
    });
    const counted = { ...answer, headers: headersThatCount(answer) };
    const outcome = outcomeOfAnswer(counted, clock.now());
    const isFinal = !outcome.ok && post.finalStatuses?.has(answer.status);
    return isFinal ? { ok: false, retryable: false, detail: outcome.detail } : outcome;
  } catch (error) {
    return outcomeOfError(error);
  }
}

function encode(body: unknown): { contentType: string; bytes: Buffer } {
  if (Buffer.isBuffer(body)) return { contentType: 'application/octet-stream', bytes: body };
  if (body instanceof URLSearchParams) {
    const contentType = 'application/x-www-form-urlencoded; charset=utf-8';
    return { contentType, bytes: Buffer.from(body.toString()) };
  }
  const contentType = 'application/json; charset=utf-8';
  return { contentType, bytes: Buffer.from(JSON.stringify(body)) };
}

/**
 * Without where a redirect leads, which may repeat a token of the address; with `Retry-After` where only the body
 * says it, in seconds, as `retry_after`.
 */
function headersThatCount({ headers, status, excerpt }: PostAnswer): PostAnswer['headers'] {
  const { location: _location, ...others } = headers;
  if (status !== 429 || others['retry-after'] !== undefined) return others;
  const seconds = /"retry_after":\s*(\d{1,9}(?:\.\d{1,9})?)/.exec(excerpt)?.[1];
  if (seconds === undefined) return others;
  return { ...others, 'retry-after': String(Math.ceil(Number(seconds))) };
}
