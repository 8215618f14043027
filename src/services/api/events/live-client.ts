import type { ServerResponse } from 'node:http';
import type { LiveEvent, LiveTopic } from './event-ring.ts';

// Tested by: live-hub.test.ts

export interface LiveSubscription {
  customer: string;
  topics: ReadonlySet<LiveTopic>;
  /** undefined = every sensor. Deliveries, and changes of other things, are of no one sensor and always pass. */
  sensorIds: ReadonlySet<string> | undefined;
  /** When the key or the session ends, ms. */
  expiresMs: number | undefined;
}

/** A listener on an open response. One who reads too slowly is dropped rather than buffered for without end. */
export class LiveClient {
  readonly subscription: LiveSubscription;
  readonly #response: ServerResponse;
  readonly #maxBufferedBytes: number;

  constructor(
    response: ServerResponse,
    options: { subscription: LiveSubscription; maxBufferedBytes: number },
  ) {
    this.subscription = options.subscription;
    this.#response = response;
    this.#maxBufferedBytes = options.maxBufferedBytes;
  }

  wants(event: LiveEvent): boolean {
    const { topics, sensorIds } = this.subscription;
    if (!topics.has(event.topic)) return false;
    return sensorIds === undefined || event.sensorId === null || sensorIds.has(event.sensorId);
  }

  send(events: readonly LiveEvent[]): void {
    let text = '';
    for (const event of events) if (this.wants(event)) text += event.text;
    if (text !== '') this.write(text);
  }

  write(text: string): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    if (this.#response.writableLength > this.#maxBufferedBytes) this.#response.destroy();
    else this.#response.write(text);
  }

  /** Ends the stream; an EventSource connects again by itself. */
  end(): void {
    this.#response.end();
  }
}
