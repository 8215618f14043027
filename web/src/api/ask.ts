import { ApiProblem } from './api-problem.ts';

type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface AskOptions {
  query?: Query;
  /** Sent as JSON; a file as it is. */
  body?: unknown;
  /** Only where the thing is still what it was at this `updated_at`; else `precondition_failed`. */
  ifUnchangedSince?: string | undefined;
  signal?: AbortSignal;
  /** `low`: lets what a person waits for go first. */
  priority?: RequestPriority;
}

/** No answer within this time is an answer: the person sees that the platform does not reply. */
const LIMIT_MS = 30_000;

/** Told to the window when the platform knows the session no more, whatever was asked. */
export const SIGNED_OUT = 'vigie:signed-out';

function addressOf(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    params.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

/**
 * One call of the public API, e.g. `ask<Alert>('POST /v1/alerts/a1/acknowledge', { body: {} })`.
 * Throws `ApiProblem`: the platform's own words and code, or `unreachable` where it does not answer.
 */
export async function ask<Answer>(call: `${string} /${string}`, options: AskOptions = {}) {
  const [method = 'GET', path = '/'] = call.split(' ', 2);
  const limit = AbortSignal.timeout(LIMIT_MS);
  const init: RequestInit = {
    method,
    headers: { accept: 'application/json', 'accept-language': document.documentElement.lang },
    signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    priority: options.priority ?? 'auto',
  };
  if (options.body !== undefined) {
    const { body } = options;
    const [type, content] =
      body instanceof Blob ? [body.type, body] : ['application/json', JSON.stringify(body)];
    init.headers = { ...init.headers, 'content-type': type };
    init.body = content;
  }
  if (options.ifUnchangedSince !== undefined)
    init.headers = { ...init.headers, 'if-match': `"${options.ifUnchangedSince}"` };
  let response: Response;
  try {
    response = await fetch(addressOf(path, options.query), init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw ApiProblem.unreachable();
  }
  // Who signs in with a wrong key hears of it there.
  if (response.status === 401 && path !== '/v1/session') dispatchEvent(new Event(SIGNED_OUT));
  if (!response.ok) throw await ApiProblem.of(response);
  return (response.status === 204 ? null : await response.json()) as Answer;
}
