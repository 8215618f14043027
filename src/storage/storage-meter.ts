/** Room that the platform's data take. */
export interface StorageUse {
  /** What keeps them, by its own name. */
  engine: string;
  /** The folder, or host, port and name of the database; never a password. */
  place: string;
  bytes: number;
  /** Empty where the engine does not tell them apart. */
  parts: { name: 'readings' | 'state' | 'other'; bytes: number }[];
  /** Left on the disk, bytes; undefined where only another machine knows. */
  freeBytes: number | undefined;
}

export interface StorageMeter {
  /** How it was at `measuredMs`, at most a minute ago. Rejects with what the engine says. */
  measure(): Promise<StorageUse & { measuredMs: number }>;
}

const FRESH_MS = 60_000;

/** Measures once a minute at the most, whoever asks how often: a database with thousands of files takes a while to add up. */
export function createStorageMeter(
  measureNow: () => Promise<StorageUse>,
  clock: { now(): number },
): StorageMeter {
  let latest: { atMs: number; use: Promise<StorageUse> } | undefined;
  return {
    async measure() {
      const nowMs = clock.now();
      if (latest === undefined || Math.abs(nowMs - latest.atMs) >= FRESH_MS) {
        latest = { atMs: nowMs, use: measureNow() };
      }
      const asked = latest;
      try {
        return { ...(await asked.use), measuredMs: asked.atMs };
      } catch (error) {
        // The next who asks tries again.
        if (latest === asked) latest = undefined;
        throw error;
      }
    },
  };
}
