import type { ServerResponse } from 'node:http';

// Tested by: ../backtest-route.test.ts

/** A few times a second: enough for a bar to move, and for a proxy to see that the connection lives. */
const EVERY_MS = 250;

/** Server-sent events about one piece of work: how far it has come, and at the end one event more. */
export class ProgressStream {
  readonly #response: ServerResponse;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** The first one begins the answer; those that follow too soon are left out, or where the reader is behind. */
  progress(data: object): void {
    const nowMs = performance.now();
    if (nowMs - this.#lastMs < EVERY_MS || this.#response.writableNeedDrain) return;
    this.#lastMs = nowMs;
    this.#write('progress', data);
  }

  end(name: 'result' | 'error', data: object): void {
    this.#write(name, data);
    this.#response.end();
  }

  #write(name: string, data: object): void {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    if (!response.headersSent) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      });
    }
    response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
