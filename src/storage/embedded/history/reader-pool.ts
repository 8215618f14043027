import type { Connection } from './duckdb.ts';
import type { HistoryFile } from './history-file.ts';

// Tested by: reader-pool.test.ts

interface Waiting {
  id: number;
  start: (connection: Connection) => void;
  fail: (error: Error) => void;
}

/** A few connections for questions, first come, first served. */
export class ReaderPool {
  readonly #idle: Connection[];
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<number, Connection>();

  private constructor(connections: Connection[]) {
    this.#idle = connections;
  }

  static async open(file: HistoryFile, size: number): Promise<ReaderPool> {
    const connections: Connection[] = [];
    for (let i = 0; i < size; i++) connections.push(await file.connect());
    return new ReaderPool(connections);
  }

  async run<T>(id: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.#idle.pop() ?? (await this.#wait(id));
    this.#running.set(id, connection);
    try {
      return await work(connection);
    } finally {
      this.#running.delete(id);
      const next = this.#waiting.shift();
      if (next) next.start(connection);
      else this.#idle.push(connection);
    }
  }

  /** Nobody waits for this answer any more. */
  cancel(id: number): void {
    this.#running.get(id)?.interrupt();
    const at = this.#waiting.findIndex((waiting) => waiting.id === id);
    if (at >= 0) this.#waiting.splice(at, 1)[0]?.fail(new Error('cancelled'));
  }

  #wait(id: number): Promise<Connection> {
    return new Promise((start, fail) => {
      this.#waiting.push({ id, start, fail });
    });
  }
}
