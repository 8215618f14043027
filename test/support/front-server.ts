import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FrontServer {
  readonly url: string;
  /** Given out in place of a path of the platform. */
  readonly instead: Map<string, string>;
  /** Breaks every connection off, until it is let through again. */
  cut(isCut: boolean): void;
}

/**
 * Stands between a browser and the platform, under one address whatever becomes of the platform behind it; as the proxy of
 * a browser it is the platform at every address of http:.
 */
export async function createFrontServer(platformUrl: string): Promise<FrontServer> {
  const instead = new Map<string, string>();
  let isCut = false;
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '', platformUrl);
    const text = instead.get(pathname);
    if (isCut) request.socket.destroy();
    else if (text !== undefined) {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(text);
    } else {
      const { method, headers } = request;
      const call = forward(`${platformUrl}${pathname}${search}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      call.on('error', () => response.destroy());
      response.on('close', () => call.destroy());
      request.pipe(call);
    }
  });
  server.listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    instead,
    cut(value) {
      isCut = value;
      if (isCut) server.closeAllConnections();
    },
  };
}
