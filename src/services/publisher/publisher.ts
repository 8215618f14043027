import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#platform/logging.ts';
import type { ChangeFeed } from '#storage/change-feed.ts';
import type { EventSink } from '#stream/event-sink.ts';
import { alertEvent, deadLetterEvent } from './cloud-events.ts';

// Tested by: test/scale/publisher.test.ts

const IDLE_MS = 500;
/** Where another process has the turn: if it ends, this one takes over so soon. */
const STAND_BY_MS = 2000;
const RETRY_MS = { first: 500, most: 30_000 };

interface PublisherOptions {
  feed: ChangeFeed;
  sink: EventSink;
  /** CloudEvents `source`. */
  source: string;
  log: Logger;
}

/** Tells others of alert changes and refused readings, each at least once, after they have become durable. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let retryMs = RETRY_MS.first;
    while (!signal.aborted) {
      let waitMs: number;
      try {
        waitMs = await this.#publish();
        retryMs = RETRY_MS.first;
      } catch (error) {
        if (signal.aborted) return;
        this.#options.log.warn({ err: error }, 'events could not be published; tried again');
        waitMs = retryMs;
        retryMs = Math.min(2 * retryMs, RETRY_MS.most);
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Answers how long to wait before the next. */
  async #publish(): Promise<number> {
    const { feed, sink, source } = this.#options;
    const alerts = await feed.alertChanges((changes) =>
      sink.alerts(
        changes.map((change) => ({
          customer: change.customer,
          sensorId: change.alert.sensor_id,
          body: JSON.stringify(alertEvent(change, source)),
        })),
      ),
    );
    const letters = await feed.deadLetters((entries) =>
      sink.deadLetters(
        entries.map((entry) => ({
          customer: entry.customer,
          sensorId: entry.letter.sensor_id,
          body: JSON.stringify(deadLetterEvent(entry, source)),
        })),
      ),
    );
    if (alerts === undefined || letters === undefined) return STAND_BY_MS;
    return alerts + letters > 0 ? 0 : IDLE_MS;
  }
}
