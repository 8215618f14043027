import type { ContactKey, DueNotification } from '#storage/state/outbox.ts';

export interface DispatcherOptions {
  /** Attempts under way at one time. */
  limit: number;
  /** The same for one contact. */
  limitPerContact: number;
  /** Attempts for one contact whose outcome is known but not durable yet: so many may be made again after a crash. */
  unwrittenPerContact: number;
  /** Notifications that wait here for one contact; the rest waits in the outbox. */
  waitingPerContact: number;
  /** One attempt. Must not reject. */
  run(row: DueNotification): Promise<AttemptEnd>;
  /** After each attempt, once it is written down; and when a contact who was full has room again. */
  onDone(): void;
}

interface AttemptEnd {
  /** Whether the contact could be reached. */
  isReached: boolean;
  /** Resolves once the outcome is durable, or never will be. Must not reject. */
  written: Promise<void>;
}

interface Lane extends ContactKey {
  waiting: DueNotification[];
  running: number;
  /** Made, and not written down yet. */
  unwritten: number;
  /** There is more in the outbox. */
  hasMore: boolean;
  /** The last attempt did not get through: one at a time until one does. */
  isFailing: boolean;
}

/**
 * Makes attempts concurrently, in turn for each contact. A contact who is slow takes at most a few of the places, one who
 * does not answer a single one, and all of those together half of them, so that nobody waits for another. A place is free
 * again when the outcome is known: how long the storage takes to write it down does not slow down a contact who answers.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ids = new Set<string>();
  #running = 0;
  #unwritten = 0;
  #runningFailing = 0;
  #isStopped = false;
  readonly #idle: (() => void)[] = [];

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Takes what there is room for; the rest stays in the outbox. */
  offer(rows: readonly DueNotification[]): void {
    if (this.#isStopped) return;
    for (const row of rows) {
      if (this.#ids.has(row.id)) continue;
      const lane = this.#laneOf(row);
      if (this.#isFull(lane)) {
        lane.hasMore = true;
        continue;
      }
      lane.waiting.push(row);
      this.#ids.add(row.id);
    }
    this.#fill();
  }

  /** What is under way or waits here. */
  knownIds(): string[] {
    return [...this.#ids];
  }

  /** Contacts for whom no more is taken at present. */
  fullContacts(): ContactKey[] {
    return [...this.#lanes.values()].filter((lane) => this.#isFull(lane));
  }

  /** Forgets what waits for a customer's contacts (it is still due), as they may have changed. */
  forget(customer: string): void {
    for (const lane of this.#lanes.values()) {
      if (lane.customer === customer) this.#release(lane);
    }
  }

  /** How many are under way or wait here. */
  get size(): number {
    return this.#ids.size;
  }

  /** Starts nothing more. */
  stop(): void {
    this.#isStopped = true;
    for (const lane of this.#lanes.values()) this.#release(lane);
  }

  /** Resolves when nothing is under way or waits to be written down. */
  whenIdle(): Promise<void> {
    if (this.#running + this.#unwritten === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #laneOf({ customer, contact_id: contactId }: DueNotification): Lane {
    const key = `${customer}\n${contactId}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = {
        customer,
        contactId,
        waiting: [],
        running: 0,
        unwritten: 0,
        hasMore: false,
        isFailing: false,
      };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #fill(): void {
    let hasStarted = true;
    while (hasStarted) {
      hasStarted = false;
      for (const [key, lane] of this.#lanes) {
        if (this.#running >= this.#options.limit) return;
        const row = this.#hasRoom(lane) ? lane.waiting.shift() : undefined;
        if (row) {
          hasStarted = true;
          void this.#run(row, lane);
        } else if (isAtRest(lane)) {
          this.#lanes.delete(key);
        }
      }
    }
  }

  #hasRoom({ running, unwritten, isFailing }: Lane): boolean {
    const { limit, limitPerContact, unwrittenPerContact } = this.#options;
    if (isFailing) return running < 1 && this.#runningFailing < limit / 2;
    return running < limitPerContact && running + unwritten < unwrittenPerContact;
  }

  #isFull({ waiting, isFailing }: Lane): boolean {
    return waiting.length >= (isFailing ? 1 : this.#options.waitingPerContact);
  }

  #release(lane: Lane): void {
    for (const { id } of lane.waiting.splice(0)) this.#ids.delete(id);
  }

  async #run(row: DueNotification, lane: Lane): Promise<void> {
    const wasFailing = lane.isFailing;
    this.#running++;
    lane.running++;
    if (wasFailing) this.#runningFailing++;
    const { isReached, written } = await this.#options.run(row);
    lane.isFailing = !isReached;
    if (lane.isFailing) this.#release(lane);
    lane.running--;
    this.#running--;
    if (wasFailing) this.#runningFailing--;
    lane.unwritten++;
    this.#unwritten++;
    this.#toTheEnd(lane);
    this.#goOn();
    if (lane.hasMore && lane.waiting.length <= this.#options.waitingPerContact / 2) {
      lane.hasMore = false;
      this.#options.onDone();
    }
    await written;
    lane.unwritten--;
    this.#unwritten--;
    this.#ids.delete(row.id);
    this.#goOn();
    if (this.#running + this.#unwritten === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
    this.#options.onDone();
  }

  #goOn(): void {
    if (!this.#isStopped) this.#fill();
  }

  /** Whoever has had a turn goes to the end of the line. */
  #toTheEnd(lane: Lane): void {
    const key = `${lane.customer}\n${lane.contactId}`;
    if (this.#lanes.delete(key)) this.#lanes.set(key, lane);
  }
}

function isAtRest({ running, unwritten, waiting, isFailing }: Lane): boolean {
  return running + unwritten === 0 && waiting.length === 0 && !isFailing;
}
