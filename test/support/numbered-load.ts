import { setTimeout as sleep } from 'node:timers/promises';
import { ADMIN_KEY } from './spawn-platform.ts';

/** A refusal, as a sender sees it. */
interface Refusal {
  status: number;
  code: string;
  retryAfter: string | null;
}

export interface NumberedLoad {
  /** Numbers whose reading was acknowledged. */
  readonly acknowledged: number[];
  /** Answers other than an acknowledgement. */
  readonly refusals: Refusal[];
  /** Lets every sender finish what it is sending; rejects where one of them failed in another way. */
  stop(): Promise<void>;
}

interface LoadOptions {
  /** Where to send next; asked for each request, so that senders can turn to another process. */
  url(): string;
  senders?: number;
  /** Readings a request. */
  batch?: number;
}

const startMs = Date.now() - 300_000;
const RETRY_MS = 50;
/** Longer than the platform lets anybody wait. */
const ANSWER_MS = 60_000;

/**
 * Senders that number their readings of the sensor `pump` (metric `n`), and send each again until it is acknowledged.
 * One whose answer was lost is sent again too, as a real sender does.
 */
export function startLoad({ url, senders = 3, batch = 1 }: LoadOptions): NumberedLoad {
  const acknowledged: number[] = [];
  const refusals: Refusal[] = [];
  let isDone = false;
  let next = 0;

  async function offer(body: string): Promise<boolean> {
    try {
      const answer = await fetch(`${url()}/v1/readings`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const { code } = (await answer.json()) as { code: string };
      if (answer.status === 200) return true;
      refusals.push({ status: answer.status, code, retryAfter: answer.headers.get('retry-after') });
    } catch {
      // Nobody there, or gone in the middle of it.
    }
    await sleep(RETRY_MS);
    return false;
  }

  async function send(): Promise<void> {
    while (!isDone) {
      const numbers = Array.from({ length: batch }, () => next++);
      const readings = numbers.map((n) => ({
        sensor_id: 'pump',
        timestamp: new Date(startMs + n).toISOString(),
        readings: { n },
      }));
      const body = JSON.stringify(readings);
      while (!(await offer(body)));
      acknowledged.push(...numbers);
      await sleep(2);
    }
  }

  const work = Promise.all(Array.from({ length: senders }, send));
  return {
    acknowledged,
    refusals,
    async stop() {
      isDone = true;
      await work;
    },
  };
}
