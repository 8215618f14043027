// Tested by: live-hub.test.ts

export type LiveTopic = 'samples' | 'alerts' | 'deliveries' | 'changes';

export interface LiveEvent {
  /** Grows by one from event to event, over all topics. */
  seq: number;
  topic: LiveTopic;
  /** null where the event is of no one sensor. */
  sensorId: string | null;
  /** As it goes over the wire, written once for every listener. */
  text: string;
}

/** The last events of a topic, bounded in number and size, for listeners who come back. */
export class EventRing {
  readonly #events: LiveEvent[] = [];
  readonly #maxEvents: number;
  readonly #maxChars: number;
  #first = 0;
  #chars = 0;
  #lostThrough = 0;

  constructor(limits: { maxEvents: number; maxChars: number }) {
    this.#maxEvents = limits.maxEvents;
    this.#maxChars = limits.maxChars;
  }

  /** Events up to this one may be missing. */
  get lostThrough(): number {
    return this.#lostThrough;
  }

  push(event: LiveEvent): void {
    this.#events.push(event);
    this.#chars += event.text.length;
    while (this.#events.length - this.#first > this.#maxEvents || this.#chars > this.#maxChars) {
      const lost = this.#events[this.#first];
      if (lost === undefined) break;
      this.#first += 1;
      this.#chars -= lost.text.length;
      this.#lostThrough = lost.seq;
    }
    if (this.#first > this.#maxEvents) {
      this.#events.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** What came after `seq`, oldest first. */
  after(seq: number): LiveEvent[] {
    return this.#events.slice(this.#first).filter((event) => event.seq > seq);
  }

  /** Nobody has listened up to `seq`: whatever happened until then is not here. */
  forget(seq: number): void {
    this.#events.length = 0;
    this.#first = 0;
    this.#chars = 0;
    this.#lostThrough = seq;
  }
}
