import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, Consumer } from '@platformatic/kafka';
import type { Logger } from '#platform/logging.ts';
import { clientOptions, type KafkaSettings } from './client-options.ts';
import { atMost, backoffMs, within } from './deadline.ts';

// Tested by: test/scale/kafka-source.test.ts

/** A member that is not heard of for so long loses its partitions to the others. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2000;
const REBALANCE_MS = 20_000;
const JOIN_MS = 60_000;
const WATCH_MS = 1000;
const COMMIT_MS = 2000;
const LEAVE_MS = 1000;
const CLOSE_MS = 2000;
const RETRIES = { retries: 3, retryDelay: 300 };

interface GroupMemberOptions {
  settings: KafkaSettings;
  clientId: string;
  log: Logger;
  topic: string;
  group: string;
  /** Every partition that this member has from now on. */
  onAssigned(partitions: readonly number[]): void;
}

/**
 * Membership in a consumer group, for the sake of its assignments alone. Cooperative: in a rebalance only the
 * partitions that move are given up. A membership that is lost is taken up again, without end.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  #consumer: Consumer | undefined;
  #isClosed = true;
  #stop = new AbortController();
  #keeping: Promise<void> | undefined;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isClosed = false;
    this.#stop = new AbortController();
    this.#keeping = this.#keep();
  }

  /** Leaves the group, so that the others take over at once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop.abort();
    await this.#keeping;
  }

  /** Tells Kafka how far partitions were read, for those who watch the lag. What counts is stored elsewhere. */
  async commit(positions: ReadonlyMap<number, number>): Promise<void> {
    const { topic } = this.#options;
    if (this.#consumer === undefined || positions.size === 0) return;
    const offsets = [...positions].map(([partition, next]) => ({
      topic,
      partition,
      offset: BigInt(next),
      leaderEpoch: -1,
    }));
    await within(this.#consumer.commit({ offsets }), COMMIT_MS, 'not committed');
  }

  async #keep(): Promise<void> {
    for (let attempt = 0; !this.#isClosed; attempt++) {
      const begun = Date.now();
      try {
        await this.#belong();
      } catch (error) {
        if (this.#isClosed) return;
        const { log, group } = this.#options;
        log.warn({ err: error, group }, 'the consumer group is joined again');
      }
      if (Date.now() - begun > JOIN_MS) attempt = 0;
      await this.#pause(backoffMs(attempt, { firstMs: 200, mostMs: 5000 }));
    }
  }

  /** Joins, and resolves when the member is closed. Rejects when the membership is lost. */
  async #belong(): Promise<void> {
    const { settings, clientId, topic, group } = this.#options;
    const consumer = new Consumer({
      ...clientOptions(settings, clientId),
      ...RETRIES,
      groupId: group,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
      protocols: [{ name: 'cooperative-sticky', version: 3 }],
    });
    consumer.topics.track(topic);
    let lost: Error | undefined;
    const note = (error: Error): void => {
      lost ??= error;
    };
    const events = consumer as unknown as NodeJS.EventEmitter;
    events.on('error', note);
    consumer.on('consumer:heartbeat:stalled', () => note(new Error('no heartbeat is answered')));
    consumer.on('consumer:group:join', () => this.#assigned(consumer));
    consumer.on('consumer:group:rebalance', () => this.#assigned(consumer));
    this.#consumer = consumer;
    try {
      const closed = once(this.#stop.signal, 'abort');
      const joined = Promise.race([consumer.joinGroup(), closed]);
      await within(joined, JOIN_MS, 'the group was not joined');
      while (!this.#isClosed && lost === undefined) await this.#pause(WATCH_MS);
      if (lost !== undefined) throw lost;
    } finally {
      this.#consumer = undefined;
      await this.#leave(consumer);
    }
  }

  async #leave(consumer: Consumer): Promise<void> {
    const { memberId } = consumer;
    try {
      await within(consumer.close(true), LEAVE_MS, 'not left');
    } catch {
      if (memberId) await this.#leaveBeside(memberId).catch(() => undefined);
      await atMost(consumer.connections.close(), CLOSE_MS);
    }
  }

  /**
   * On a connection of its own. The broker answers a join when all others have joined, too, and one thing after the other: on
   * the connection that a join waits on, the goodbye would wait as well, and the others for this member.
   */
  async #leaveBeside(memberId: string): Promise<void> {
    const { settings, clientId, group } = this.#options;
    const admin = new Admin(clientOptions(settings, clientId));
    try {
      const left = admin.removeMembersFromConsumerGroup({
        groupId: group,
        members: [{ memberId }],
      });
      await within(left, CLOSE_MS, 'not left');
    } finally {
      await atMost(admin.close(), CLOSE_MS);
    }
  }

  #assigned(consumer: Consumer): void {
    if (this.#isClosed || consumer !== this.#consumer) return;
    const { topic, onAssigned } = this.#options;
    const mine = consumer.assignments?.find((assignment) => assignment.topic === topic);
    onAssigned(mine?.partitions ?? []);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
