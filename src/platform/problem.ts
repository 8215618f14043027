import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, errorStatus, errorTitle, VigieError } from '#domain/errors.ts';
import type { Language } from '#domain/language.ts';
import { preferredLanguage } from './accept-language.ts';
import type { RequestHead } from './front-door/whole-call.ts';
import { type Logger, loggablePath } from './logging.ts';
import { requestIdOf } from './request-id.ts';

const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** RFC 9457. Errors may add members of their own, such as `rejected` or `errors`. */
interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  /** The id of the request, as in the log. */
  instance: string;
  pointer?: string;
  [member: string]: unknown;
}

/** An error made ready to be sent. */
export interface Problem {
  status: number;
  headers: Record<string, string>;
  document: ProblemDocument;
}

export interface ProblemOptions {
  /** Without a slash at the end; undefined makes `type` relative to the platform's own address. */
  publicUrl?: string | undefined;
  logger: Logger;
}

/** One file turns errors into HTTP. What is no `VigieError` becomes `internal`, and its message stays in the log. */
export interface Problems {
  of(error: unknown, request: RequestHead): Problem;
  /** Answers on a raw response; does nothing but close the connection where the answer has already begun. */
  send(response: ServerResponse, error: unknown, request: IncomingMessage): void;
}

const HIDDEN_DETAIL: Record<Language, string> = {
  en: 'The platform could not do this. Its log says more under this request id.',
  fr: "La plateforme n'a pas pu le faire. Son journal en dit plus sous cet identifiant de requête.",
};
const NOT_WORTH_A_LINE = new Set<ErrorCode>(['overloaded', 'shutting_down', 'not_supported']);
/** While the storage takes nothing every request fails alike: a line for each would fill what is left of the disk. */
const ALIKE_LINE_MS = 1000;

export function createProblems({ publicUrl = '', logger }: ProblemOptions): Problems {
  const lastLineMs = new Map<ErrorCode, number>();

  function isWorthALine(code: ErrorCode): boolean {
    const status = errorStatus(code);
    if (status !== 503) return status >= 500 && !NOT_WORTH_A_LINE.has(code);
    const nowMs = performance.now();
    const sinceMs = nowMs - (lastLineMs.get(code) ?? Number.NEGATIVE_INFINITY);
    if (NOT_WORTH_A_LINE.has(code) || sinceMs < ALIKE_LINE_MS) return false;
    lastLineMs.set(code, nowMs);
    return true;
  }

  function of(error: unknown, request: RequestHead): Problem {
    const requestId = requestIdOf(request);
    const language = preferredLanguage(request.headers['accept-language']);
    const known = error instanceof VigieError ? error : undefined;
    const code = known?.code ?? 'internal';
    const status = errorStatus(code);
    if (isWorthALine(code)) {
      const about = { err: error, requestId, method: request.method };
      logger.error({ ...about, path: loggablePath(request.url ?? '') }, `answered ${code}`);
    }
    const isHidden = known === undefined || code === 'internal';
    const headers: Record<string, string> = {
      'content-type': PROBLEM_CONTENT_TYPE,
      'content-language': language,
      'cache-control': 'no-store',
      'x-request-id': requestId,
    };
    if (code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
    if (known?.retryAfterSeconds !== undefined) {
      headers['retry-after'] = String(Math.max(1, Math.ceil(known.retryAfterSeconds)));
    }
    const allow = code === 'method_not_allowed' ? known?.extra?.allow : undefined;
    if (Array.isArray(allow)) headers.allow = allow.join(', ');
    const document: ProblemDocument = {
      ...(isHidden ? undefined : known.extra),
      type: `${publicUrl}/docs/errors#${code}`,
      title: errorTitle(code, language),
      status,
      code,
      detail: isHidden ? HIDDEN_DETAIL[language] : known.message,
      instance: requestId,
    };
    if (!isHidden && known.pointer !== undefined) document.pointer = known.pointer;
    return { status, headers, document };
  }

  function send(response: ServerResponse, error: unknown, request: IncomingMessage): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const problem = of(error, request);
    const body = Buffer.from(JSON.stringify(problem.document));
    if (!request.complete) response.setHeader('connection', 'close');
    response.writeHead(problem.status, { ...problem.headers, 'content-length': body.length });
    if (request.method !== 'HEAD') response.write(body);
    if (request.complete) response.end();
    else endAfterRest(response, request);
  }

  return { of, send };
}

const LINGER_MS = 2000;

/**
 * The answer is out before the body has come whole. A connection that is closed on a sender who is still
 * writing is reset, and many a sender then never reads the answer: so the rest is read and dropped for a while.
 */
function endAfterRest(response: ServerResponse, request: IncomingMessage): void {
  const timer = setTimeout(() => response.end(), LINGER_MS);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  request.on('end', end).on('close', end).resume();
}
