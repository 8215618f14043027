import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens when a test is over: vitest's `onTestFinished`. */
type AtEnd = (work: () => Promise<void> | void) => void;

interface ReceivedPost {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  bytes: Buffer;
  /** The connection that it came over: posts over one connection have the same number. */
  connection: number;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface WebhookReceiver {
  readonly port: number;
  readonly url: string;
  readonly received: ReceivedPost[];
  /** What to answer from now on: one after the other; the last one stays. */
  answer(...answers: readonly (Answer | number)[]): void;
  /** Resolves when so many posts have come in all. */
  waitFor(count: number): Promise<ReceivedPost[]>;
}

/** A real HTTP server on a free port of the loopback address. */
export async function createWebhookReceiver(atEnd: AtEnd): Promise<WebhookReceiver> {
  const received: ReceivedPost[] = [];
  const connections = new WeakMap<Socket, number>();
  let connectionCount = 0;
  let answers: readonly (Answer | number)[] = [200];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const bytes = Buffer.concat(parts);
    received.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: bytes.toString(),
      bytes,
      connection: connections.get(request.socket) ?? 0,
    });
    const answer = answers[0] ?? 200;
    if (answers.length > 1) answers = answers.slice(1);
    if (typeof answer === 'number') response.writeHead(answer).end();
    else answer(request, response);
  });
  server.on('connection', (socket) => connections.set(socket, ++connectionCount));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer(...next) {
      answers = next;
    },
    async waitFor(count) {
      while (received.length < count) await sleep(5);
      return received;
    },
  };
}
