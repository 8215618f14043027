import type { Socket } from 'node:net';
import type { Problems } from '../problem.ts';
import { DoorConnection } from './door-connection.ts';
import type { WholeCall } from './whole-call.ts';

export interface FrontDoorOptions {
  problems: Problems;
  /** From the first byte of a head (of the first request: from the connection) to its end. */
  headTimeoutMs: number;
  /** From the first byte of a request to its last. */
  requestTimeoutMs: number;
  /** A connection without a request is kept for so long. */
  idleTimeoutMs: number;
  sweepMs: number;
  /** Takes over a socket and what is to be read from it. */
  handOver(socket: Socket): void;
  /** Answers what is no request, and closes. */
  refuseConnection(error: Error & { code?: string }, socket: Socket): void;
}

/** What the connections share. */
export interface DoorContext extends Omit<FrontDoorOptions, 'sweepMs'> {
  /** By path. */
  readonly calls: ReadonlyMap<string, WholeCall>;
  /** Of `Keep-Alive`. */
  readonly keepSeconds: number;
  readonly isClosing: boolean;
  forget(connection: DoorConnection): void;
}

/**
 * Stands before a full HTTP server and answers the plain requests of a few hot calls itself: that is several times
 * cheaper than objects and streams for each request. Everything that is not plain beyond doubt goes to the server behind
 * it with all its bytes, so that only one of the two ever judges a request.
 */
export class FrontDoor {
  readonly #calls = new Map<string, WholeCall>();
  readonly #connections = new Set<DoorConnection>();
  readonly #context: DoorContext & { isClosing: boolean };
  readonly #sweepMs: number;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(options: FrontDoorOptions) {
    this.#sweepMs = options.sweepMs;
    this.#context = {
      ...options,
      calls: this.#calls,
      keepSeconds: Math.floor(options.idleTimeoutMs / 1000),
      isClosing: false,
      forget: (connection) => this.#connections.delete(connection),
    };
  }

  /** Takes the plain requests of `POST path`. */
  serve(path: string, call: WholeCall): void {
    this.#calls.set(path, call);
  }

  start(): void {
    this.#sweeping = setInterval(() => {
      const nowMs = performance.now();
      for (const connection of this.#connections) connection.sweep(nowMs);
    }, this.#sweepMs).unref();
  }

  accept(socket: Socket): void {
    if (this.#calls.size === 0 || this.#context.isClosing) this.#context.handOver(socket);
    else this.#connections.add(new DoorConnection(socket, this.#context));
  }

  /** Closes what is idle; what is under way is answered first, what has only begun goes to the server. */
  close(): void {
    this.#context.isClosing = true;
    for (const connection of this.#connections) connection.quiesce();
  }

  /** Cuts off what is still there. */
  destroy(): void {
    clearInterval(this.#sweeping);
    for (const connection of this.#connections) connection.destroy();
  }
}
