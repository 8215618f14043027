// What a fleet of sensors takes, from unit costs: plain arithmetic, and a queue for the time until the acknowledgement.
// Tested by: scripts/capacity-model.test.ts

/** Measured by `capacity-units.ts`; bytes on disk with their indexes. */
export interface Units {
  plain: { sampleBytes: number; rollupRowBytes: number };
  /** undefined where the extension is not built. */
  timescale:
    | {
        freshSampleBytes: number;
        sampleBytes: number;
        freshRollupRowBytes: number;
        rollupRowBytes: number;
      }
    | undefined;
  embedded: { sampleBytes: number };
  /** One copy, compressed. */
  kafkaReadingBytes: number;
  walSampleBytes: number;
  /** CPU of every process of the database. */
  databaseSampleMicros: number;
  /** From a commit's beginning to its end: what does not depend on its samples, and each sample. */
  commitMs: number;
  commitSampleMicros: number;
  /** CPU of a platform with one rule, from the request to the commit. */
  platformReadingMicros: number;
  /** Memory of a processor for a sensor of three series with one rule. */
  sensorBytes: number;
}

export interface Demand {
  sensors: number;
  cadenceSeconds: number;
  metrics: number;
}

/** What one process, or one server, is trusted with. */
export const LIMITS = {
  /** Of a core: above it queues grow faster than the work. */
  utilization: 0.6,
  processorBytes: 4e9,
  databaseCores: 32,
  databaseBytes: 16e12,
  walBytesPerSecond: 300e6,
  leastPartitions: 12,
} as const;

const DAY_SECONDS = 86_400;
const UNCOMPRESSED_DAYS = 7;
/** Rollups lie in chunks of ten days, compressed once the newest of them is a week old. */
const UNCOMPRESSED_ROLLUP_DAYS = 12;
const KAFKA_REPLICAS = 3;
const KAFKA_DAYS = 7;
const GROUP_READINGS = 20_000;

export interface Sizes {
  readingsPerSecond: number;
  processors: number;
  partitions: number;
  platformCores: number;
  processorBytes: number;
  databaseCores: number;
  walBytesPerSecond: number;
  kafkaBytes: number;
  bytesADay: { plain: number; timescale: number | undefined; embedded: number };
  bytesAYear: { plain: number; timescale: number | undefined; embedded: number };
  /** p99 until a reading is durable in PostgreSQL; Infinity where the commits cannot keep up. */
  commitP99Ms: number;
  /** By how much of its limit is used, the most first. */
  limits: { name: string; used: number }[];
}

export function sizesOf(units: Units, { sensors, cadenceSeconds, metrics }: Demand): Sizes {
  const readingsPerSecond = sensors / cadenceSeconds;
  const samplesPerSecond = readingsPerSecond * metrics;
  const platformCores = (readingsPerSecond * units.platformReadingMicros) / 1e6;
  const stateBytes = sensors * units.sensorBytes * (metrics / 3);
  const databaseCores = (samplesPerSecond * units.databaseSampleMicros) / 1e6;
  const commitCores = (samplesPerSecond * units.commitSampleMicros) / 1e6;
  const processors = Math.ceil(
    Math.max(
      platformCores / LIMITS.utilization,
      commitCores / LIMITS.utilization,
      stateBytes / LIMITS.processorBytes,
      1,
    ),
  );
  const samplesADay = samplesPerSecond * DAY_SECONDS;
  // A minute, an hour and a day of a series are a row each, where there is a sample in them.
  const series = sensors * metrics;
  const rollupRowsADay = series * (Math.min(1440, DAY_SECONDS / cadenceSeconds) + 24 + 1);
  const { timescale } = units;
  const perDay = {
    plain: samplesADay * units.plain.sampleBytes + rollupRowsADay * units.plain.rollupRowBytes,
    timescale:
      timescale && samplesADay * timescale.sampleBytes + rollupRowsADay * timescale.rollupRowBytes,
    embedded: samplesADay * units.embedded.sampleBytes,
  };
  const fresh = timescale
    ? samplesADay * UNCOMPRESSED_DAYS * (timescale.freshSampleBytes - timescale.sampleBytes) +
      rollupRowsADay *
        UNCOMPRESSED_ROLLUP_DAYS *
        (timescale.freshRollupRowBytes - timescale.rollupRowBytes)
    : 0;
  const perYear = {
    plain: 365 * perDay.plain,
    timescale: perDay.timescale && 365 * perDay.timescale + fresh,
    embedded: 365 * perDay.embedded,
  };
  const walBytesPerSecond = samplesPerSecond * units.walSampleBytes;
  const limits = [
    { name: 'database disk for a year, plain', used: perYear.plain / LIMITS.databaseBytes },
    { name: 'database CPU', used: databaseCores / LIMITS.utilization / LIMITS.databaseCores },
    { name: 'database log (WAL)', used: walBytesPerSecond / LIMITS.walBytesPerSecond },
    { name: 'one processor: CPU', used: platformCores / LIMITS.utilization },
    { name: 'one processor: commits', used: commitCores / LIMITS.utilization },
    { name: 'one processor: memory', used: stateBytes / LIMITS.processorBytes },
  ].sort((a, b) => b.used - a.used);
  return {
    readingsPerSecond,
    processors,
    // Twice as many as processors, so that their number can grow without a change of the topic.
    partitions: Math.max(LIMITS.leastPartitions, 2 * processors),
    platformCores,
    processorBytes: stateBytes / processors,
    databaseCores,
    walBytesPerSecond,
    kafkaBytes:
      readingsPerSecond * units.kafkaReadingBytes * DAY_SECONDS * KAFKA_DAYS * KAFKA_REPLICAS,
    bytesADay: perDay,
    bytesAYear: perYear,
    commitP99Ms: commitP99Ms(units, { readingsPerSecond: readingsPerSecond / processors, metrics }),
    limits,
  };
}

/**
 * Group commit as a queue: what came while one group was written makes the next one. Commits take an exponentially
 * distributed time of their own (disks do) and so much a sample; arrivals are Poisson. A reading waits for the group
 * before its own at most, and for its own.
 */
export function commitP99Ms(
  { commitMs, commitSampleMicros }: Pick<Units, 'commitMs' | 'commitSampleMicros'>,
  { readingsPerSecond, metrics }: { readingsPerSecond: number; metrics: number },
): number {
  const readingMs = (commitSampleMicros * metrics) / 1000;
  if ((readingsPerSecond / 1000) * readingMs >= 1) return Number.POSITIVE_INFINITY;
  const random = seeded(20_261_125);
  const waits: number[] = [];
  let waiting = 1;
  let beforeMs = 0;
  for (let group = 0; group < 20_000; group++) {
    const count = Math.min(GROUP_READINGS, waiting);
    const thisMs = -Math.log(1 - random()) * commitMs + count * readingMs;
    waits.push(beforeMs + thisMs);
    waiting += poisson((readingsPerSecond / 1000) * thisMs, random) - count;
    // A platform without work begins a group with the first reading that comes.
    if (waiting < 1) {
      waiting = 1;
      beforeMs = 0;
    } else beforeMs = thisMs;
  }
  waits.sort((a, b) => a - b);
  return waits[Math.floor(waits.length * 0.99)]!;
}

/** Numbers in [0, 1), the same at every run (Numerical Recipes' linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** By the normal distribution where there are many. */
function poisson(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}
