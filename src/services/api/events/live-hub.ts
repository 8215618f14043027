import type { ServerResponse } from 'node:http';
import { VigieError } from '#domain/errors.ts';
import type { OperationServices } from '#operations/context.ts';
import { changeOf, type HubEvent, sensorChange } from './changes.ts';
import { EventRing, type LiveEvent } from './event-ring.ts';
import { LiveClient, type LiveSubscription } from './live-client.ts';
import { PendingSamples } from './pending-samples.ts';

type Bus = OperationServices['bus'];
const GAP = 'event: gap\ndata: {"reason":"events_lost"}\n\n';

export interface LiveHubOptions {
  bus: Bus;
  heartbeatMs?: number;
  /** Samples are gathered for this long and sent together. */
  flushMs?: number;
  /** How long samples go on being kept for a listener who comes back. */
  lingerMs?: number;
  maxClients?: number;
  maxBufferedBytes?: number;
  maxSamplesPerFlush?: number;
  ring?: { maxEvents: number; maxChars: number };
}

interface CustomerFeed {
  samples: EventRing;
  /** Alerts, deliveries and changes: rare, so that floods of samples do not push them out. */
  changes: EventRing;
  pending: PendingSamples<{ sensor_id: string }>;
  clients: Set<LiveClient>;
}

/**
 * From the bus to listeners over server-sent events. Every event has an id; who comes back with the last id
 * seen gets what came since from a bounded ring, after an event `gap` where the ring no longer has all of it.
 * Samples are asked of the bus only while somebody wants them.
 */
export class LiveHub {
  readonly #options: Required<LiveHubOptions>;
  /** Ids of another run are not ours: they begin with another word. */
  readonly #run = Date.now().toString(36);
  readonly #feeds = new Map<string, CustomerFeed>();
  #seq = 0;
  #clientCount = 0;
  #unsubscribe: (() => void)[] = [];
  #unsubscribeSamples: (() => void) | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #flush: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;

  constructor(options: LiveHubOptions) {
    this.#options = {
      heartbeatMs: 15_000,
      flushMs: 100,
      lingerMs: 60_000,
      maxClients: 500,
      maxBufferedBytes: 4 * 1024 * 1024,
      maxSamplesPerFlush: 1000,
      ring: { maxEvents: 10_000, maxChars: 1024 * 1024 },
      ...options,
    };
  }

  start(): void {
    const { bus, heartbeatMs } = this.#options;
    this.#unsubscribe = [
      bus.subscribe('alert', ({ customer, alert }) =>
        this.#change(customer, {
          topic: 'alerts',
          name: 'alert',
          sensorId: alert.sensor_id,
          data: alert,
        }),
      ),
      bus.subscribe('delivery', ({ customer, delivery }) =>
        this.#change(customer, {
          topic: 'deliveries',
          name: 'delivery',
          sensorId: null,
          data: delivery,
        }),
      ),
      bus.subscribe('changed', ({ customer, action, target }) => {
        const change = changeOf(action, target);
        if (change !== undefined) this.#change(customer, change);
      }),
      bus.subscribe('sensors.appeared', ({ customer, sensorId }) =>
        this.#change(customer, sensorChange('register', sensorId)),
      ),
      bus.subscribe('word.lost', ({ customer }) => this.#loseWord(customer)),
      // Who listens with a key that is no more must ask again.
      bus.subscribe('keys.changed', ({ customer, isNew = false }) => {
        if (isNew) return;
        for (const client of this.#feeds.get(customer)?.clients ?? []) client.end();
      }),
    ];
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    this.#heartbeat.unref();
  }

  get clientCount(): number {
    return this.#clientCount;
  }

  /** Begins the stream on a raw response; `lastEventId` as the listener saw it. Throws `overloaded`. */
  open(
    response: ServerResponse,
    request: { subscription: LiveSubscription; lastEventId: string | undefined },
  ): void {
    // Of who went away before, as while a key was looked up, no 'close' would come.
    if (response.destroyed) return;
    const { maxClients, maxBufferedBytes } = this.#options;
    if (this.#clientCount >= maxClients) {
      const detail = 'Too many listeners are connected.';
      throw new VigieError('overloaded', detail, { retryAfterSeconds: 30 });
    }
    const { subscription, lastEventId } = request;
    const feed = this.#feed(subscription.customer);
    const client = new LiveClient(response, { subscription, maxBufferedBytes });
    const wantsSamples = subscription.topics.has('samples');
    if (wantsSamples) this.#hearSamples();
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    client.write(`retry: 2000\n: ${this.#id(this.#seq)}\n\n`);
    if (lastEventId !== undefined) this.#resume(client, lastEventId);
    feed.clients.add(client);
    this.#clientCount += 1;
    response.on('close', () => {
      feed.clients.delete(client);
      this.#clientCount -= 1;
      if (!this.#isAnybodyAfterSamples()) this.#lingerOnSamples();
    });
  }

  /** Ends every stream. */
  close(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#flush);
    clearTimeout(this.#linger);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribeSamples?.();
    for (const { clients } of this.#feeds.values()) for (const client of clients) client.end();
  }

  #feed(customer: string): CustomerFeed {
    let feed = this.#feeds.get(customer);
    if (feed === undefined) {
      const { ring, maxSamplesPerFlush } = this.#options;
      feed = {
        samples: new EventRing(ring),
        changes: new EventRing(ring),
        pending: new PendingSamples(maxSamplesPerFlush),
        clients: new Set(),
      };
      feed.samples.forget(this.#seq);
      this.#feeds.set(customer, feed);
    }
    return feed;
  }

  #id(seq: number): string {
    return `${this.#run}-${seq}`;
  }

  #event(event: HubEvent): LiveEvent {
    this.#seq += 1;
    const text = `id: ${this.#id(this.#seq)}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;
    return { seq: this.#seq, topic: event.topic, sensorId: event.sensorId, text };
  }

  #change(customer: string, change: HubEvent): void {
    const feed = this.#feed(customer);
    const event = this.#event(change);
    feed.changes.push(event);
    for (const client of feed.clients) client.send([event]);
  }

  /** Word from other processes is missing: whoever comes back later must know it, too. */
  #loseWord(customer: string): void {
    const feed = this.#feed(customer);
    this.#seq += 1;
    feed.changes.forget(this.#seq);
    for (const client of feed.clients) client.write(GAP);
  }

  #resume(client: LiveClient, lastEventId: string): void {
    const { customer, topics } = client.subscription;
    const { samples, changes } = this.#feed(customer);
    const [run, number] = lastEventId.split('-');
    const seen = run === this.#run && /^\d+$/.test(number ?? '') ? Number(number) : -1;
    const lost = Math.max(
      topics.has('samples') ? samples.lostThrough : 0,
      // Samples are the one topic that is not among them.
      topics.size > (topics.has('samples') ? 1 : 0) ? changes.lostThrough : 0,
    );
    if (seen < lost) client.write(GAP);
    if (seen < 0) return;
    const missed = [...samples.after(seen), ...changes.after(seen)];
    client.send(missed.sort((a, b) => a.seq - b.seq));
  }

  #hearSamples(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#unsubscribeSamples) return;
    for (const feed of this.#feeds.values()) feed.samples.forget(this.#seq);
    this.#unsubscribeSamples = this.#options.bus.subscribe('samples', ({ customer, readings }) => {
      this.#feed(customer).pending.add(readings);
      this.#flush ??= setTimeout(() => this.#flushSamples(), this.#options.flushMs);
    });
  }

  #lingerOnSamples(): void {
    if (this.#linger || !this.#unsubscribeSamples) return;
    this.#linger = setTimeout(() => {
      this.#unsubscribeSamples?.();
      this.#unsubscribeSamples = undefined;
      this.#linger = undefined;
    }, this.#options.lingerMs);
    this.#linger.unref();
  }

  #isAnybodyAfterSamples(): boolean {
    for (const { clients } of this.#feeds.values()) {
      for (const { subscription } of clients) if (subscription.topics.has('samples')) return true;
    }
    return false;
  }

  #flushSamples(): void {
    this.#flush = undefined;
    for (const feed of this.#feeds.values()) {
      const { readings, skipped } = feed.pending.take();
      const events = readings.map((reading) =>
        this.#event({
          topic: 'samples',
          name: 'sample',
          sensorId: reading.sensor_id,
          data: reading,
        }),
      );
      if (skipped > 0) {
        const data = { readings: skipped };
        events.push(this.#event({ topic: 'samples', name: 'skipped', sensorId: null, data }));
      }
      for (const event of events) feed.samples.push(event);
      for (const client of feed.clients) client.send(events);
    }
  }

  #beat(): void {
    const nowMs = Date.now();
    for (const { clients } of this.#feeds.values()) {
      for (const client of clients) {
        const { expiresMs } = client.subscription;
        if (expiresMs !== undefined && expiresMs <= nowMs) client.end();
        // An event and not a comment: a page can tell a quiet stream from a dead line.
        else client.write('event: heartbeat\ndata: {}\n\n');
      }
    }
  }
}
