import { EventEmitter } from 'node:events';
import type { Alert } from '#domain/alert.ts';
import type { Delivery } from '#domain/notification.ts';

/** A reading as live listeners see it. */
export interface LiveReading {
  sensor_id: string;
  timestamp: string;
  readings: Record<string, number>;
}

/** Every topic of the bus with what it carries. Services meet here and nowhere else. */
export interface BusTopics {
  /** Readings just committed. Published only while somebody listens. */
  samples: { customer: string; readings: LiveReading[] };
  /** An alert as it is after a change that is durable. */
  alert: { customer: string; alert: Alert };
  /** A person or the notifier changed an alert of this rule and sensor: who remembers it reads it anew. */
  'alert.changed': { customer: string; sensorId: string; ruleId: string };
  /** A notification as it is after an attempt. */
  delivery: { customer: string; delivery: Delivery };
  /** The outbox has new work. */
  'outbox.filled': { customer: string };
  /** Somebody wants to see samples as they come: processes that take them in tell the others. */
  'samples.wanted': object;
  /** The rule was written or removed: engines read it anew. Without an id: any may have been. */
  'rules.changed': { customer: string; ruleId?: string | undefined };
  /** Contacts or policies were written or removed. */
  'routing.changed': { customer: string };
  /** A sensor's record (labels, calibration date, name…) was written or removed. */
  'sensors.changed': { customer: string; sensorId: string };
  /** A key was made (`isNew`: whoever is there may go on) or revoked: caches of credentials forget. */
  'keys.changed': { customer: string; isNew?: boolean };
  /** What people keep was changed, as the audit entry names it: who shows it asks anew. */
  changed: { customer: string; action: string; target: string };
  /** Sensors registered themselves by their first reading; null = several at once. */
  'sensors.appeared': { customer: string; sensorId: string | null };
  /** Word from other processes may have been lost: who shows anything asks for all of it anew. */
  'word.lost': { customer: string };
}

export type BusTopic = keyof BusTopics;

/** Who carries events to other processes. */
export interface Carrier {
  carry<T extends BusTopic>(topic: T, event: BusTopics[T]): void;
  /** Somebody elsewhere waits for such events. */
  isWanted(topic: BusTopic): boolean;
  /** Such events reach every process by the store, this one too: published here as well they would come twice. */
  isBrought(topic: BusTopic): boolean;
}

/** Events after the fact: nothing durable depends on their arrival. */
export class Bus {
  readonly #emitter = new EventEmitter();
  #carrier: Carrier | undefined;

  constructor() {
    this.#emitter.setMaxListeners(0);
  }

  publish<T extends BusTopic>(topic: T, event: BusTopics[T]): void {
    if (this.#carrier?.isBrought(topic)) return;
    this.#emitter.emit(topic, event);
    this.#carrier?.carry(topic, event);
  }

  /** An event that was published in another process. */
  receive<T extends BusTopic>(topic: T, event: BusTopics[T]): void {
    this.#emitter.emit(topic, event);
  }

  /** Hands what is published here to other processes, too. */
  carryBy(carrier: Carrier | undefined): void {
    this.#carrier = carrier;
  }

  /** Calls `listener` for each event until the returned function is called. */
  subscribe<T extends BusTopic>(topic: T, listener: (event: BusTopics[T]) => void): () => void {
    this.#emitter.on(topic, listener);
    return () => this.#emitter.off(topic, listener);
  }

  /** Somebody here or in another process waits for such events. */
  isWanted(topic: BusTopic): boolean {
    return this.hasListeners(topic) || (this.#carrier?.isWanted(topic) ?? false);
  }

  hasListeners(topic: BusTopic): boolean {
    return this.#emitter.listenerCount(topic) > 0;
  }
}
