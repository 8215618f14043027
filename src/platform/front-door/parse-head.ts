import type { RequestHead } from './whole-call.ts';

// Tested by: parse-head.test.ts

/** A head of the one shape that the front door takes. */
export interface ParsedHead {
  head: RequestHead;
  /** Without its query. */
  path: string;
  contentLength: number;
  /** Where the digits of Content-Length stand in the text. */
  lengthStart: number;
  lengthEnd: number;
}

const REQUEST_LINE = /^POST (\/[\x21\x22\x24-\x7e]*) HTTP\/1\.1$/;
const HEADER =
  /^([!#$%&'*+.^_`|~\w-]+):[\t ]*((?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?)[\t ]*$/;
/** A length of more digits is too large in any case. */
const LENGTH = /^\d{1,8}$/;
/** They change where a request ends or what is to be done before it does: not for a short cut. */
const NOT_HERE = new Set([
  'transfer-encoding',
  'expect',
  'upgrade',
  'trailer',
  'te',
  'proxy-connection',
]);

/**
 * Reads a request head (RFC 9112), given without the empty line that ends it. Answers undefined for everything that is
 * not beyond doubt: another method or version, a header that is folded, repeated, or has unusual bytes, no Host, no
 * plain Content-Length, anything about the connection but that it is kept, a cookie for want of a key. None of that is an error; a full parser
 * is to judge it.
 */
export function parseHead(text: string): ParsedHead | undefined {
  const lines = text.split('\r\n');
  const url = REQUEST_LINE.exec(lines[0]!)?.[1];
  if (url === undefined) return undefined;
  const headers: Record<string, string> = Object.create(null);
  let lengthStart = 0;
  let at = lines[0]!.length + 2;
  for (const line of lines.slice(1)) {
    const [, rawName, value] = HEADER.exec(line) ?? [];
    if (rawName === undefined || value === undefined) return undefined;
    const name = rawName.toLowerCase();
    if (name in headers || NOT_HERE.has(name)) return undefined;
    if (name === 'connection' && value.toLowerCase() !== 'keep-alive') return undefined;
    if (name === 'content-length') lengthStart = line.indexOf(value, name.length) + at;
    headers[name] = value;
    at += line.length + 2;
  }
  // Whether a session may be used is judged by more than one header: a browser's request is not plain.
  if ('cookie' in headers && !('authorization' in headers)) return undefined;
  const length = headers['content-length'];
  if (length === undefined || !LENGTH.test(length) || !headers.host) return undefined;
  const query = url.indexOf('?');
  return {
    head: { method: 'POST', url, headers },
    path: query < 0 ? url : url.slice(0, query),
    contentLength: Number(length),
    lengthStart,
    lengthEnd: lengthStart + length.length,
  };
}
