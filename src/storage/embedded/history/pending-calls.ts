/** Calls to another thread that have not been answered; each is settled once, at the latest by its deadline. */
export interface PendingCalls {
  readonly count: number;
  ids(): number[];
  /** `onTimeout` makes the error of a call that nobody answered in time. */
  add<T>(timeoutMs: number, onTimeout: () => Error): { id: number; promise: Promise<T> };
  /** An answer that comes too late is dropped. */
  resolve(id: number, answer: unknown): void;
  reject(id: number, error: Error): void;
  failAll(error: Error): void;
}

interface Pending {
  resolve: (answer: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

export function createPendingCalls(): PendingCalls {
  const calls = new Map<number, Pending>();
  let lastId = 0;

  function take(id: number): Pending | undefined {
    const call = calls.get(id);
    calls.delete(id);
    clearTimeout(call?.timer);
    return call;
  }

  return {
    get count() {
      return calls.size;
    },
    ids: () => [...calls.keys()],
    add<T>(timeoutMs: number, onTimeout: () => Error) {
      const id = ++lastId;
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const timer = setTimeout(() => take(id)?.reject(onTimeout()), timeoutMs);
      calls.set(id, { resolve: resolve as (answer: unknown) => void, reject, timer });
      return { id, promise };
    },
    resolve: (id, answer) => take(id)?.resolve(answer),
    reject: (id, error) => take(id)?.reject(error),
    failAll(error) {
      for (const id of [...calls.keys()]) take(id)?.reject(error);
    },
  };
}
