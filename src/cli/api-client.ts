import { CommandError, EXIT, unreachable } from './command-error.ts';
import { readServerEvents, type ServerEvent } from './server-events.ts';

// Tested by: cli/program.test.ts

export interface ApiTarget {
  /** Without a slash at the end. */
  url: string;
  key: string | undefined;
}

/** An answer that is no 2xx, as problem+json says it (RFC 9457). */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  /** From `Retry-After`, seconds. */
  retryAfterSeconds: number | undefined;
  /** The whole document. */
  body: Record<string, unknown>;
}

export type ApiAnswer =
  | { ok: true; status: number; body: unknown }
  | { ok: false; problem: Problem };

interface ApiRequest {
  method?: string;
  body?: unknown;
  accept?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** The public API, for commands. Rejects with an exit code that tells no answer from a refusal. */
export class ApiClient {
  readonly target: ApiTarget;

  constructor(target: ApiTarget) {
    this.target = target;
  }

  /** The answer whatever its status; throws `unreachable` where there is none. */
  async ask(path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const response = await this.open(path, request);
    const text = await this.#guard(response.text());
    const body = parseJson(text);
    if (response.ok) return { ok: true, status: response.status, body };
    return { ok: false, problem: toProblem(response, body) };
  }

  /** The body of a 2xx; throws a `CommandError` for any other. */
  async request<T>(path: string, request: ApiRequest = {}): Promise<T> {
    const answer = await this.ask(path, request);
    if (answer.ok) return answer.body as T;
    throw problemError(answer.problem);
  }

  /**
   * What the platform sends about its work while it does it. One that knows no such stream for this path answers at once:
   * that comes as one event `result`. Throws a `CommandError` where it is no 2xx.
   */
  async *events(path: string, request: ApiRequest = {}): AsyncIterable<ServerEvent> {
    const response = await this.open(path, { ...request, accept: 'text/event-stream' });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (response.ok && isStream && response.body !== null) {
      const events = readServerEvents(response.body)[Symbol.asyncIterator]();
      for (;;) {
        const next = await this.#guard(events.next());
        if (next.done) return;
        yield next.value;
      }
    }
    const text = await this.#guard(response.text());
    if (!response.ok) throw problemError(toProblem(response, parseJson(text)));
    yield { name: 'result', data: text };
  }

  /** The response as it begins, for bodies that are streamed; the caller reads or cancels it. */
  open(path: string, request: ApiRequest = {}): Promise<Response> {
    const { key, url } = this.target;
    const headers: Record<string, string> = {};
    if (key !== undefined) headers.authorization = `Bearer ${key}`;
    if (request.accept !== undefined) headers.accept = request.accept;
    if (request.body !== undefined) headers['content-type'] = 'application/json';
    const signals = [AbortSignal.timeout(request.timeoutMs ?? 30_000)];
    if (request.signal) signals.push(request.signal);
    return this.#guard(
      fetch(`${url}${path}`, {
        method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
        headers,
        signal: AbortSignal.any(signals),
        redirect: 'error',
        ...(request.body === undefined ? {} : { body: toText(request.body) }),
      }),
    );
  }

  async #guard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw unreachable(`no answer from ${this.target.url} (${reasonOf(error)})`, error);
    }
  }
}

function toText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function toProblem(
  response: Pick<Response, 'status' | 'statusText' | 'headers'>,
  body: unknown,
): Problem {
  const document = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    status: response.status,
    code: typeof document.code === 'string' ? document.code : `http_${response.status}`,
    detail: String(document.detail ?? document.title ?? response.statusText),
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter >= 0 ? retryAfter : undefined,
    body: document,
  };
}

export function problemError(problem: Problem): CommandError {
  const hint =
    problem.status === 401 ? ' (give a key with --key, VIGIE_KEY or VIGIE_ADMIN_KEY)' : '';
  return new CommandError({
    exitCode: EXIT.failed,
    code: problem.code,
    message: `${problem.detail}${hint}`,
  });
}

/** The innermost reason of a failed connection: its system code where there is one. */
export function reasonOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (!(inner instanceof Error)) return String(inner);
  if (inner.name === 'TimeoutError') return 'timed out';
  const { code } = inner as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : inner.message;
}
