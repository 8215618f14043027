/** Rejects with `problem` where the promise takes longer. What it waited for may still happen. */
export async function within<T>(work: Promise<T>, ms: number, problem: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${problem} within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the work has ended, however, or after `ms`; leaves no timer behind, which would keep a process that stops. */
export async function atMost(work: Promise<unknown> | undefined, ms: number): Promise<void> {
  await within(Promise.resolve(work), ms, 'not done').catch(() => undefined);
}

/** The wait before an attempt: doubles from `firstMs` up to `mostMs`, with a tenth of chance. */
export function backoffMs(attempt: number, { firstMs = 50, mostMs = 2000 } = {}): number {
  return Math.min(mostMs, firstMs * 2 ** attempt) * (0.95 + Math.random() * 0.1);
}
