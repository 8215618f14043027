import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens when a test is over: vitest's `onTestFinished`, or a list that `afterAll` works off. */
type AtEnd = (work: () => Promise<void> | void) => void;

/** One message of PostgreSQL's protocol 3.0, as it passes. */
export interface WireMessage {
  readonly from: 'client' | 'server';
  /** Its first byte: Q and P carry a statement, d is a piece of a COPY, C says that a statement is done. `''`: start-up. */
  readonly type: string;
  /** The statement of Q and P, the tag of the server's C; else empty. */
  readonly text: string;
  /** `application_name` of the connection. */
  readonly session: string;
  /** Statements of the client since its last BEGIN, this one left out; the last is the one that a server's message answers. */
  readonly since: readonly string[];
}

export interface Halt {
  matches(message: WireMessage): boolean;
  /** How much of that message still passes. */
  passes: 'none' | 'half' | 'all';
}

/** A connection on which nothing passes any more since its halt. */
interface Halted {
  /** What was held back is delivered to the server, however its sender fares: it was under way already. */
  deliver(): void;
  /** The server is not told when its client ends: as where a machine loses its power. */
  isolate(): void;
  /** Ends an isolated connection after all. */
  end(): void;
}

export interface WireProxy {
  readonly port: number;
  /** Resolves when the next message that fits has come and its connection stands still. */
  haltAt(halt: Halt): Promise<Halted>;
}

/**
 * A TCP proxy before a PostgreSQL server that reads the messages and stops a connection at a chosen one. When the client
 * of a halted connection ends, what was held back is dropped: it was never sent.
 */
export async function createWireProxy(targetPort: number, atEnd: AtEnd): Promise<WireProxy> {
  const connections = new Set<Connection>();
  let armed: { halt: Halt; resolve(halted: Halted): void } | undefined;
  const shouldHalt = (message: WireMessage): Halt | undefined =>
    armed?.halt.matches(message) ? armed.halt : undefined;
  const server = createServer((near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1' });
    const connection = new Connection(near, far, {
      shouldHalt,
      onHalted(halted) {
        armed?.resolve(halted);
        armed = undefined;
      },
    });
    connections.add(connection);
    far.on('close', () => connections.delete(connection));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    for (const connection of connections) connection.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    haltAt: (halt) =>
      new Promise((resolve) => {
        armed = { halt, resolve };
      }),
  };
}

interface Watch {
  shouldHalt(message: WireMessage): Halt | undefined;
  onHalted(halted: Halted): void;
}

class Connection implements Halted {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #watch: Watch;
  #session = '';
  #since: string[] = [];
  #isHalted = false;
  #isIsolated = false;
  readonly #heldBack: Buffer[] = [];

  constructor(near: Socket, far: Socket, watch: Watch) {
    this.#near = near;
    this.#far = far;
    this.#watch = watch;
    const fromClient = new Frames('startup');
    const fromServer = new Frames('typed');
    near.on('data', (chunk: Buffer) => {
      for (const frame of fromClient.of(chunk)) this.#fromClient(frame);
    });
    far.on('data', (chunk: Buffer) => {
      for (const frame of fromServer.of(chunk)) this.#fromServer(frame);
    });
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    near.on('close', () => {
      if (!this.#isIsolated) far.destroy();
    });
    far.on('close', () => near.destroy());
  }

  deliver(): void {
    this.#far.write(Buffer.concat(this.#heldBack.splice(0)));
  }

  isolate(): void {
    this.#isIsolated = true;
  }

  end(): void {
    this.#far.end();
  }

  destroy(): void {
    this.#near.destroy();
    this.#far.destroy();
  }

  #fromClient(frame: Frame): void {
    if (frame.type === '') this.#session = startupParameter(frame.bytes, 'application_name');
    const text = statementOf(frame);
    this.#pass(frame, { from: 'client', type: frame.type, text });
    if (text === 'BEGIN') this.#since = [];
    else if (text !== '') this.#since.push(text);
  }

  #fromServer(frame: Frame): void {
    const text = frame.type === 'C' ? textAt(frame.bytes, 5) : '';
    this.#pass(frame, { from: 'server', type: frame.type, text });
  }

  #pass(frame: Frame, about: Pick<WireMessage, 'from' | 'type' | 'text'>): void {
    const to = about.from === 'client' ? this.#far : this.#near;
    if (this.#isHalted) {
      if (about.from === 'client') this.#heldBack.push(frame.bytes);
      return;
    }
    const session = this.#session;
    const halt = this.#watch.shouldHalt({ ...about, session, since: this.#since });
    if (halt === undefined) {
      to.write(frame.bytes);
      return;
    }
    this.#isHalted = true;
    const share = { none: 0, half: Math.ceil(frame.bytes.length / 2), all: frame.bytes.length };
    const passing = share[halt.passes];
    if (passing > 0) to.write(frame.bytes.subarray(0, passing));
    if (about.from === 'client') this.#heldBack.push(frame.bytes.subarray(passing));
    this.#watch.onHalted(this);
  }
}

interface Frame {
  type: string;
  bytes: Buffer;
}

/** Cuts a stream into messages: the client's first has no type byte. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);
  #isStartup: boolean;

  constructor(first: 'startup' | 'typed') {
    this.#isStartup = first === 'startup';
  }

  of(chunk: Buffer): Frame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const head = this.#isStartup ? 0 : 1;
      if (this.#rest.length < head + 4) return frames;
      const length = head + this.#rest.readInt32BE(head);
      if (this.#rest.length < length) return frames;
      const bytes = this.#rest.subarray(0, length);
      frames.push({ type: bytes.toString('latin1', 0, head), bytes });
      this.#rest = this.#rest.subarray(length);
      this.#isStartup = false;
    }
  }
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString('utf8', at, bytes.indexOf(0, at));
}

/** Query: the statement. Parse: the name of the prepared statement, then the statement. */
function statementOf({ type, bytes }: Frame): string {
  if (type === 'Q') return textAt(bytes, 5);
  return type === 'P' ? textAt(bytes, bytes.indexOf(0, 5) + 1) : '';
}

/** StartupMessage: length, version, then names and values, each ended by a NUL. */
function startupParameter(bytes: Buffer, name: string): string {
  const parts = bytes.toString('utf8', 8).split('\0');
  const at = parts.findIndex((part, index) => index % 2 === 0 && part === name);
  return at < 0 ? '' : (parts[at + 1] ?? '');
}
