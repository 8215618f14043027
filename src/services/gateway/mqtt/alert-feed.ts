import type { Alert } from '#domain/alert.ts';
import type { Caller } from '#domain/caller.ts';
import { isSensorId } from '#domain/reading.ts';

const PREFIX = 'v1/alerts/';
/** Of one client. */
const MAX_FILTERS = 1000;

export interface AlertMessage {
  topic: string;
  payload: Buffer;
  qos: 0 | 1;
}

/** A connected client that may be told of alerts. */
export interface AlertSubscriber {
  readonly customer: string;
  deliver(message: AlertMessage): void;
}

type Filters = Map<string, number>;

/** The filters that can be subscribed to: all alerts, or those of one sensor. */
export function isAlertFilter(filter: string): boolean {
  if (!filter.startsWith(PREFIX)) return false;
  const rest = filter.slice(PREFIX.length);
  return rest === '#' || rest === '+' || isSensorId(rest);
}

export function mayHearAlerts({ scopes }: Caller): boolean {
  return scopes.includes('read') || scopes.includes('admin');
}

/**
 * Who hears of which alerts. Delivery goes from client to client of the alert's customer and nowhere else,
 * so that customers cannot meet, whatever filters they choose.
 */
export class AlertFeed {
  readonly #byCustomer = new Map<string, Map<AlertSubscriber, Filters>>();

  /** Whether the client may have this filter besides those it has. */
  hasRoomFor(subscriber: AlertSubscriber, filter: string): boolean {
    const filters = this.#byCustomer.get(subscriber.customer)?.get(subscriber);
    return filters === undefined || filters.has(filter) || filters.size < MAX_FILTERS;
  }

  subscribe(subscriber: AlertSubscriber, filter: string, qos: number): void {
    const { customer } = subscriber;
    const subscribers = this.#byCustomer.get(customer) ?? new Map<AlertSubscriber, Filters>();
    this.#byCustomer.set(customer, subscribers);
    const filters: Filters = subscribers.get(subscriber) ?? new Map();
    subscribers.set(subscriber, filters.set(filter, qos));
  }

  unsubscribe(subscriber: AlertSubscriber, filter: string): void {
    const filters = this.#byCustomer.get(subscriber.customer)?.get(subscriber);
    filters?.delete(filter);
    if (filters?.size === 0) this.remove(subscriber);
  }

  remove(subscriber: AlertSubscriber): void {
    const subscribers = this.#byCustomer.get(subscriber.customer);
    subscribers?.delete(subscriber);
    if (subscribers?.size === 0) this.#byCustomer.delete(subscriber.customer);
  }

  /** On `v1/alerts/{sensor_id}`, once to each client, at most with QoS 1 and not retained. */
  publish({ customer, alert }: { customer: string; alert: Alert }): void {
    const subscribers = this.#byCustomer.get(customer);
    if (subscribers === undefined) return;
    const topic = `${PREFIX}${alert.sensor_id}`;
    let payload: Buffer | undefined;
    for (const [subscriber, filters] of subscribers) {
      const granted = Math.max(
        ...[topic, `${PREFIX}#`, `${PREFIX}+`].map((filter) => filters.get(filter) ?? -1),
      );
      if (granted < 0) continue;
      payload ??= Buffer.from(JSON.stringify(alert), 'utf8');
      subscriber.deliver({ topic, payload, qos: granted > 0 ? 1 : 0 });
    }
  }
}
