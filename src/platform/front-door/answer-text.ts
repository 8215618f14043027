import { nodeHttp } from '../node-http.ts';
import type { Problem } from '../problem.ts';
import type { Answer } from './whole-call.ts';

// Tested by: front-door.test.ts

let dateSecond = 0;
let dateText = '';

/** `Date` (RFC 9110 section 6.6.1), made once a second. */
function date(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}

/** An answer as node:http writes it on a connection that is kept for so many seconds. */
export function answerText({ status, body, headers }: Answer, keepSeconds: number): string {
  let about =
    body === ''
      ? ''
      : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  if (headers !== undefined) about += lines(headers);
  return `${begin(status)}${about}${end(keepSeconds)}${body}`;
}

/** As `answerText`. */
export function problemText({ status, headers, document }: Problem, keepSeconds: number): string {
  const body = JSON.stringify(document);
  const length = `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `${begin(status)}${lines(headers)}${length}${end(keepSeconds)}${body}`;
}

function lines(headers: Readonly<Record<string, string>>): string {
  let text = '';
  for (const [name, value] of Object.entries(headers)) text += `${name}: ${value}\r\n`;
  return text;
}

function begin(status: number): string {
  return `HTTP/1.1 ${status} ${nodeHttp.STATUS_CODES[status] ?? ''}\r\n`;
}

function end(keepSeconds: number): string {
  return `Date: ${date()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keepSeconds}\r\n\r\n`;
}
