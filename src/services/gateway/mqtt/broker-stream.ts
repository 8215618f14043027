import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

/**
 * What the broker takes for the connection of a client: it reads the packets that are forwarded to it, and
 * what it writes goes to the socket. Packets that it writes arrive whole, between those of others.
 */
export class BrokerStream extends Duplex {
  readonly #socket: Socket;
  readonly #onRead: () => void;

  /** `onRead` is called when the broker wants more after `forward` has said false. */
  constructor(socket: Socket, onRead: () => void) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#onRead = onRead;
  }

  /** False where the broker is behind. */
  forward(packet: Buffer): boolean {
    return this.push(packet);
  }

  override _read(): void {
    this.#onRead();
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    this.#socket.end();
    done();
  }

  override _destroy(_error: Error | null, done: Done): void {
    // What was written before, such as a CONNACK that refuses, still goes out.
    this.#socket.destroySoon();
    done();
  }
}
