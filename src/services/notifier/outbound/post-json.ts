import type { Outcome } from '../channels/channel.ts';
import { outcomeOfAnswer, outcomeOfError } from './http-outcome.ts';
import type { HttpPoster, PostAnswer } from './http-poster.ts';

// Tested by: ../channels/http-channel.contract.ts

export interface JsonPost {
  url: string;
  headers?: Readonly<Record<string, string>>;
  body: unknown;
  signal: AbortSignal;
}

/** Posts JSON once, and says what became of it. Never throws for what the other side does. */
export async function postJson(
  poster: HttpPoster,
  post: JsonPost,
  clock: { now(): number },
): Promise<Outcome> {
  if (!URL.canParse(post.url)) {
    return { ok: false, retryable: false, detail: 'the contact has no valid address' };
  }
  try {
    const answer = await poster.post({
      url: new URL(post.url),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Vigie',
        ...post.headers,
      },
      body: Buffer.from(JSON.stringify(post.body)),
      signal: post.signal,
    });
    return outcomeOfAnswer({ ...answer, headers: headersThatCount(answer) }, clock.now());
  } catch (error) {
    return outcomeOfError(error);
  }
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
