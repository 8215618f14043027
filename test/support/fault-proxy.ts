import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens when a test is over: vitest's `onTestFinished`. */
type AtEnd = (work: () => Promise<void> | void) => void;

export interface FaultProxy {
  readonly port: number;
  /** Connections that were taken so far, and those that are open. */
  readonly connections: { readonly taken: number; readonly open: number };
  /**
   * Nothing passes any more, in neither direction, and nobody is told: as when a cable is pulled. New connections
   * are taken and stay silent.
   */
  cut(): void;
  /** Every connection ends at once with a reset; new ones pass. */
  reset(): void;
  /**
   * Everything passes again. What was sent meanwhile arrives now, ends of connections too, as TCP would have repeated it.
   */
  heal(): void;
  /** As `heal`, and connections from before are gone without either side being told: a firewall that forgot them. */
  healForNew(): void;
}

/** A real TCP proxy on the loopback address, before a server on `targetPort`. */
export async function createFaultProxy(targetPort: number, atEnd: AtEnd): Promise<FaultProxy> {
  let isCut = false;
  let taken = 0;
  const pairs = new Set<readonly [Socket, Socket]>();

  function forward([from, to]: readonly [Socket, Socket], isKnown: () => boolean): void {
    from.on('data', (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      if (!isCut && isKnown()) from.resume();
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [near, far] as const;
    taken++;
    pairs.add(pair);
    near.on('close', () => pairs.delete(pair));
    forward(pair, () => pairs.has(pair));
    forward([far, near], () => pairs.has(pair));
    if (isCut) far.pause();
    else near.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const each = (work: (socket: Socket) => void): void => {
    for (const pair of pairs) pair.forEach(work);
  };
  atEnd(async () => {
    each((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  });
  const heal = (): void => {
    isCut = false;
    each((socket) => socket.resume());
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return { taken, open: pairs.size };
    },
    cut() {
      isCut = true;
      each((socket) => socket.pause());
    },
    reset: () => each((socket) => socket.resetAndDestroy()),
    heal,
    healForNew() {
      // They stay open and paused: neither side hears of the other again.
      const forgotten = [...pairs];
      pairs.clear();
      heal();
      atEnd(() => {
        for (const socket of forgotten.flat()) socket.destroy();
      });
    },
  };
}
