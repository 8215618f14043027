import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './ask-postgres.ts';
import { ADMIN_KEY } from './spawn-platform.ts';
import type { WebhookReceiver } from './webhook-receiver.ts';

const PUMPS = 30;
const READINGS = 10 * PUMPS;
const LIMIT = 35;
const RETRY_MS = 50;
const PAUSE_MS = 100;
/** Longer than the platform lets anybody wait. */
const ANSWER_MS = 60_000;
/** Readings of a batch are a millisecond apart. */
const BATCH_MS = 20;

/** What each batch trips once. */
export const BATCH_RULE = { when: { metric: 'temperature', above: [{ limit: LIMIT }] } };

/** Requests of a sender that goes on to the next when one has been acknowledged, and sends it again until then. */
export interface BatchLoad {
  /** How many were acknowledged; the next has this number. */
  readonly acknowledged: number;
  start(): void;
  /** Resolves when the last one begun has been acknowledged. */
  stop(): Promise<void>;
}

interface LoadOptions {
  url(): string;
  /** A reading in each batch that is refused, too. */
  withRefused: boolean;
}

export function createBatchLoad({ url, withRefused }: LoadOptions): BatchLoad {
  let next = 0;
  let timeMs = 0;
  let isSending = false;
  let running = Promise.resolve();

  async function send(): Promise<void> {
    while (isSending) {
      timeMs = Math.max(timeMs + BATCH_MS, Date.now());
      const body = JSON.stringify(batchOf(next, { timeMs, withRefused }));
      while (!(await offer(`${url()}/v1/readings`, body))) await sleep(RETRY_MS);
      next++;
      await sleep(PAUSE_MS);
    }
  }

  return {
    get acknowledged() {
      return next;
    },
    start() {
      isSending = true;
      running = send();
    },
    async stop() {
      isSending = false;
      await running;
    },
  };
}

/** Readings with numbers of their own, one that raises an alert, and one that ends the alert of the batch before. */
function batchOf(
  batch: number,
  { timeMs, withRefused }: { timeMs: number; withRefused: boolean },
): object[] {
  const timeOf = (at: number) => new Date(timeMs + at).toISOString();
  const readings: object[] = Array.from({ length: READINGS }, (_, at) => ({
    sensor_id: `pump-${at % PUMPS}`,
    timestamp: timeOf(Math.floor(at / PUMPS)),
    readings: { n: batch * READINGS + at, temperature: 20 },
  }));
  const oven = (number: number, temperature: number) =>
    readings.push({
      sensor_id: `oven-${number}`,
      timestamp: timeOf(15),
      readings: { temperature },
    });
  oven(batch, LIMIT + 10);
  if (batch > 0) oven(batch - 1, 20);
  if (withRefused) readings.push({ sensor_id: `broken-${batch}` });
  return readings;
}

async function offer(url: string, body: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    // Nobody there, or gone in the middle of it.
    return false;
  }
}

/** What there is of each kind, and how many different ones: equal where nothing is there twice. */
export interface Counts {
  numbers: [all: number, different: number];
  samples: [all: number, different: number];
  alerts: [all: number, sensors: number];
  changes: [all: number, different: number];
  notifications: [all: number, different: number];
  posts: [all: number, different: number];
  deadLetters: [all: number, different: number];
}

/** What so many acknowledged batches come to, each once. */
export function countsOf(batches: number, { withRefused }: { withRefused: boolean }): Counts {
  const each = (count: number): [number, number] => [count, count];
  const told = each(2 * batches - 1);
  return {
    numbers: each(batches * READINGS),
    samples: each(2 * batches * READINGS + told[0]),
    alerts: each(batches),
    changes: told,
    notifications: told,
    posts: told,
    deadLetters: each(withRefused ? batches : 0),
  };
}

const COUNTS = `SELECT
  (SELECT ARRAY[count(*), count(DISTINCT value)] FROM samples JOIN series ON series.id = series WHERE metric = 'n') AS numbers,
  (SELECT ARRAY[count(*), count(DISTINCT (series, time))] FROM samples) AS samples,
  (SELECT ARRAY[count(*), count(DISTINCT sensor_id)] FROM alerts) AS alerts,
  (SELECT ARRAY[count(*), count(DISTINCT (alert_id, change))] FROM alert_history) AS changes,
  (SELECT ARRAY[count(*), count(DISTINCT (alert_id, type))] FROM notifications) AS notifications,
  (SELECT ARRAY[count(*), count(DISTINCT sensor_id)] FROM dead_letters) AS "deadLetters"`;

/** What the database holds, whatever the platform says, and what the receiver got. */
export async function countAll(url: string, { received }: WebhookReceiver): Promise<Counts> {
  const [row] = await ask<Record<string, string[]>>(url, COUNTS);
  const counts = Object.entries(row!).map(([name, pair]) => [name, pair.map(Number)]);
  const ids = received.map(({ headers }) => headers['webhook-id']);
  return { ...Object.fromEntries(counts), posts: [ids.length, new Set(ids).size] };
}
