import type { Alert } from '#domain/alert.ts';
import type { Delivery } from '#domain/notification.ts';
import { LiveSamples } from './live-samples.ts';
import { nextDelivery } from './next-delivery.ts';
import { ReadingRate } from './reading-rate.ts';

export type LiveState =
  | { name: 'connecting' }
  | { name: 'live' }
  /** What is on the screen may be out of date since then (ms). */
  | { name: 'stale'; sinceMs: number };

/** What people keep was written or removed; `id` null = of several, or nobody's business. */
export interface ThingChange {
  kind: string;
  id: string | null;
  action: string;
}

export type LiveChange =
  | { topic: 'alert'; alert: Alert }
  | { topic: 'delivery'; delivery: Delivery }
  | { topic: 'thing'; change: ThingChange }
  /** The stream did not open: the platform is starting, or the session is over. */
  | { topic: 'refused' }
  /** Something was missed: whatever is shown must be asked for again. */
  | { topic: 'gap' };

const RETRY_MS = 3000;
/** The platform sends a heartbeat every 15 s; three of them missing means that nobody is there. */
const SILENCE_MS = 45_000;
const SILENCE_LOOK_MS = 5000;

/**
 * The one server-sent stream of the page. It connects again by itself, resumes after the last event seen, and
 * says when it cannot: nothing on the screen looks live that is not.
 */
export class LiveConnection {
  readonly samples = new LiveSamples(nextDelivery);
  /** Of all readings that were taken in, those too that are left out of the stream. */
  readonly rate = new ReadingRate();
  readonly #stateListeners = new Set<() => void>();
  readonly #changeListeners = new Set<(change: LiveChange) => void>();
  #state: LiveState = { name: 'connecting' };
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setInterval> | undefined;
  #heardMs = 0;
  #lastEventId = '';
  #wasLive = false;

  get state(): LiveState {
    return this.#state;
  }

  open(): void {
    this.close();
    const address = new URL('/v1/events', location.origin);
    address.searchParams.set('topics', 'samples,alerts,deliveries,changes');
    if (this.#lastEventId !== '') address.searchParams.set('last_event_id', this.#lastEventId);
    const source = new EventSource(address);
    this.#source = source;
    this.#watchSilence();
    source.onopen = () => this.#onOpen();
    source.onerror = () => this.#onError(source);
    this.#listen(source, 'heartbeat', () => undefined);
    this.#listen(source, 'sample', (data) => {
      this.rate.add(1, Date.now());
      this.samples.add(data as never);
    });
    this.#listen(source, 'skipped', (data) => {
      this.rate.add((data as { readings: number }).readings, Date.now());
    });
    this.#listen(source, 'alert', (alert) => this.#tell({ topic: 'alert', alert: alert as Alert }));
    this.#listen(source, 'delivery', (delivery) =>
      this.#tell({ topic: 'delivery', delivery: delivery as Delivery }),
    );
    this.#listen(source, 'change', (change) =>
      this.#tell({ topic: 'thing', change: change as ThingChange }),
    );
    this.#listen(source, 'gap', () => this.#tell({ topic: 'gap' }));
  }

  close(): void {
    this.#source?.close();
    clearTimeout(this.#retry);
    clearInterval(this.#silence);
  }

  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  onChange(listener: (change: LiveChange) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  #listen(source: EventSource, name: string, take: (data: unknown) => void): void {
    source.addEventListener(name, (event: MessageEvent<string>) => {
      if (event.lastEventId !== '') this.#lastEventId = event.lastEventId;
      this.#heardMs = performance.now();
      take(event.data === '' ? null : JSON.parse(event.data));
    });
  }

  #onOpen(): void {
    this.#become({ name: 'live' });
    this.#heardMs = performance.now();
    // After a break the platform sends what was missed, or a gap; pages loaded during the break are asked again.
    if (this.#wasLive) this.#tell({ topic: 'gap' });
    this.#wasLive = true;
  }

  #onError(source: EventSource): void {
    this.#loseTouch();
    // A closed source does not try again: it was refused (503 while the platform starts, 401 without a session).
    if (source.readyState === EventSource.CLOSED) {
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.open(), RETRY_MS);
      this.#tell({ topic: 'refused' });
    }
  }

  /** One look every few seconds: a timer set anew with each of 500 events a second is a third of what they cost. */
  #watchSilence(): void {
    this.#heardMs = performance.now();
    this.#silence = setInterval(() => {
      if (performance.now() - this.#heardMs < SILENCE_MS) return;
      this.#loseTouch();
      this.open();
    }, SILENCE_LOOK_MS);
  }

  #loseTouch(): void {
    if (this.#state.name !== 'stale') this.#become({ name: 'stale', sinceMs: Date.now() });
  }

  #become(state: LiveState): void {
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }

  #tell(change: LiveChange): void {
    for (const listener of this.#changeListeners) listener(change);
  }
}
