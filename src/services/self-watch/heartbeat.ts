import { request as secureRequest } from 'node:https';
import { nodeHttp } from '#platform/node-http.ts';

// Tested by: self-watch.test.ts

const TIMEOUT_MS = 10_000;

/**
 * Calls the address that somebody outside watches (a dead man's switch). Answers `ok`, or in a few words what went
 * wrong; never rejects. The address may be anywhere: whoever runs the platform has set it.
 */
export async function callHeartbeat(url: string, stopping: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(TIMEOUT_MS)]);
  const { promise, resolve } = Promise.withResolvers<string>();
  const send = url.startsWith('https:') ? secureRequest : nodeHttp.request;
  const request = send(url, { method: 'GET', agent: false, signal }, (response) => {
    response.resume();
    const status = response.statusCode ?? 0;
    resolve(status >= 200 && status < 300 ? 'ok' : `answered ${status}`);
  });
  // A 101 is no response, and nothing else would ever be told of it.
  request.on('upgrade', (response, socket) => {
    socket.destroy();
    resolve(`answered ${response.statusCode}`);
  });
  request.on('error', (error: NodeJS.ErrnoException) =>
    resolve(signal.aborted ? 'no answer in time' : (error.code ?? error.message)),
  );
  request.end();
  return promise;
}
