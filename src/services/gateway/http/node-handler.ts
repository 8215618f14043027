import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './read-body.ts';
import type { WriteCall } from './write-call.ts';

/** A write call on bare node:http, for requests of any shape and size. What is thrown is answered as a problem by the server. */
export function createNodeHandler(call: WriteCall, maxBodyBytes: number) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const declared = Number(request.headers['content-length'] ?? 0);
    const admission = await call.open(request).admit(declared);
    let body: Buffer;
    try {
      body = await readBody(request, maxBodyBytes, admission.share);
    } catch (error) {
      admission.abandon();
      throw error;
    }
    const answer = await admission.take(body);
    // A list of headers is written as it is, an object is looked through first.
    const headers = Object.entries(answer.headers ?? {}).flat();
    if (answer.body !== '') {
      const length = String(Buffer.byteLength(answer.body));
      headers.unshift('content-type', 'application/json', 'content-length', length);
    }
    response.writeHead(answer.status, headers);
    response.end(answer.body);
  };
}
