import { BrokerConnection, type BrokerSettings, type Network } from './broker-connection.ts';

// Tested by: mqtt.test.ts

const IDLE_MS = 30_000;

interface Kept {
  opening: Promise<BrokerConnection>;
  idle?: NodeJS.Timeout;
}

/** Connections to brokers, each used by all who sign in there alike, and left when nobody has used it for a while. */
export class KeptConnections {
  readonly #network: Network;
  readonly #byKey = new Map<string, Kept>();

  constructor(network: Network) {
    this.#network = network;
  }

  /** Rejects with why there is no connection, or with the signal's reason. */
  async get(settings: BrokerSettings, signal: AbortSignal): Promise<BrokerConnection> {
    const { url, username, password, ca } = settings;
    const key = JSON.stringify([url, username, password, ca]);
    let kept = this.#byKey.get(key);
    if (kept === undefined) {
      kept = { opening: BrokerConnection.open(settings, this.#network, signal) };
      this.#byKey.set(key, kept);
      this.#forgetAtEnd(key, kept);
    }
    clearTimeout(kept.idle);
    kept.idle = setTimeout(() => void this.#leave(key, kept), IDLE_MS).unref();
    return kept.opening;
  }

  /** Ends all. */
  close(): void {
    for (const { opening, idle } of this.#byKey.values()) {
      clearTimeout(idle);
      opening.then((connection) => connection.destroy()).catch(() => undefined);
    }
    this.#byKey.clear();
  }

  #forgetAtEnd(key: string, kept: Kept): void {
    const forget = () => {
      clearTimeout(kept.idle);
      if (this.#byKey.get(key) === kept) this.#byKey.delete(key);
    };
    kept.opening.then((connection) => connection.closed.then(forget)).catch(forget);
  }

  async #leave(key: string, kept: Kept): Promise<void> {
    if (this.#byKey.get(key) === kept) this.#byKey.delete(key);
    try {
      await (await kept.opening).close();
    } catch {
      // It has ended already.
    }
  }
}
