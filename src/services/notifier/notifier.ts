import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#domain/time.ts';
import type { Logger } from '#platform/logging.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import {
  type ClaimDue,
  claimDue,
  type DueNotification,
  nextDueAfter,
} from '#storage/state/outbox.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import type { Bus } from '#stream/bus.ts';
import type { Channels } from './channels/registry.ts';
import { Dispatcher } from './dispatcher.ts';
import { Ledger } from './ledger.ts';
import { type NotifierContext, type NotifierMetrics, Stopped } from './parcel.ts';
import { deliver } from './pipeline.ts';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';
import { hasDueBundles, sendBundles } from './send-bundles.ts';
import { holdStorm } from './storm-gate.ts';
import { tellAgain } from './tell-again.ts';

export interface NotifierOptions {
  state: StateStore;
  bus: Bus;
  clock: Clock;
  /** Not closed by the notifier: tests of contacts use them too. */
  channels: Channels;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: NotifierMetrics;
  /** Base address of the dashboard; without one messages carry no link. */
  publicUrl?: string | undefined;
  retryPolicy?: RetryPolicy;
  /** How notifications are taken where several notifiers share an outbox. */
  claimDue?: ClaimDue | undefined;
  /** Where several notifiers share the alerts: does work that one of them does at a time; false where another is at it. */
  inTurn?: ((work: () => Promise<void>) => Promise<boolean>) | undefined;
  /** How long one attempt may take. */
  attemptTimeoutMs?: number;
}

export interface Notifier {
  /** Begins with what is due. */
  start(): void;
  /** Lets attempts under way finish for a while; what does not is sent at the next start. Never rejects. */
  stop(deadlineMs?: number): Promise<void>;
}

const ATTEMPT_TIMEOUT_MS = 10_000;
const CONCURRENCY = 64;
const CONCURRENCY_PER_CONTACT = 4;
const UNWRITTEN_PER_CONTACT = 32;
const WAITING_PER_CONTACT = 32;
const PAGE = 128;
/** The rest waits in the outbox. */
const MOST_AT_HAND = 1024;
/** However quiet it is, the outbox is looked at this often: other processes may fill it too. */
const POLL_MS = 30_000;
const TROUBLE_MS = 1000;

/**
 * Empties the outbox: sends what is due, writes down what became of it, and tells again what nobody acknowledges.
 *
 * It is awake when the bus says `outbox.filled`, when an attempt has ended, and when the next attempt or repeat is due;
 * asleep otherwise. Being awake is one pass at a time: a page of what is due, then repeats and digests (of several
 * notifiers one sees to them, the others would only get in its way), until there is no more. What it takes stays due
 * in the outbox until its attempt is written down, so a crash loses nothing: the
 * same notification is sent again with the same id, and receivers drop it by that id.
 */
export function createNotifier(options: NotifierOptions): Notifier {
  return new OutboxNotifier(options);
}

class OutboxNotifier implements Notifier {
  readonly #options: NotifierOptions;
  readonly #context: NotifierContext;
  readonly #ledger: Ledger;
  readonly #dispatcher: Dispatcher;
  readonly #stopping = new AbortController();
  #unsubscribe: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isAwake = false;
  #isWanted = false;
  #isStopped = false;
  /** Grows when contacts or policies change: what was read before is read again. */
  #routingVersion = 0;
  #nextRepeatMs = Number.NEGATIVE_INFINITY;
  /** Repeats that are due have been seen to in this pass, or another notifier is at it. */
  #hasTriedRepeats = false;
  #hasMissedTurn = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const { state, bus, log } = options;
    this.#ledger = new Ledger({ state, bus, log });
    this.#context = {
      state,
      channels: options.channels,
      clock: options.clock,
      log,
      ledger: this.#ledger,
      metrics: options.metrics,
      publicUrl: options.publicUrl,
      retryPolicy: options.retryPolicy ?? DEFAULT_RETRY_POLICY,
      attemptTimeoutMs: options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS,
      stopping: this.#stopping.signal,
    };
    this.#dispatcher = new Dispatcher({
      limit: CONCURRENCY,
      limitPerContact: CONCURRENCY_PER_CONTACT,
      unwrittenPerContact: UNWRITTEN_PER_CONTACT,
      waitingPerContact: WAITING_PER_CONTACT,
      run: async (row) => {
        try {
          const { attempt, written } = await deliver(row, this.#context);
          return { isReached: attempt.outcome !== 'failed', written };
        } catch (error) {
          if (!(error instanceof Stopped)) log.error({ err: error }, 'a delivery broke off');
          return { isReached: false, written: Promise.resolve() };
        }
      },
      onDone: () => this.#wake(),
    });
  }

  start(): void {
    const { bus } = this.#options;
    this.#unsubscribe = [
      bus.subscribe('outbox.filled', () => this.#wake()),
      bus.subscribe('routing.changed', ({ customer }) => {
        this.#routingVersion++;
        this.#dispatcher.forget(customer);
        this.#wake();
      }),
    ];
    this.#wake();
  }

  async stop(deadlineMs = 5000): Promise<void> {
    this.#isStopped = true;
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    clearTimeout(this.#timer);
    this.#dispatcher.stop();
    const idle = this.#dispatcher.whenIdle();
    await Promise.race([idle, sleep(deadlineMs * 0.6, undefined, { ref: false })]);
    this.#stopping.abort();
    await Promise.race([idle, sleep(deadlineMs * 0.3, undefined, { ref: false })]);
    this.#ledger.close();
  }

  /** An alert that the notifier has changed: listeners see it, and who remembers it reads it anew. */
  readonly #announce = (alert: AlertsTable): void => {
    const { bus } = this.#options;
    const { customer, sensor_id: sensorId, rule_id: ruleId } = alert;
    bus.publish('alert', { customer, alert: alertFromRow(alert) });
    bus.publish('alert.changed', { customer, sensorId, ruleId });
  };

  readonly #alertEvents = {
    onChanged: this.#announce,
    onFailed: ({ id }: AlertsTable, error: unknown): void => {
      this.#options.log.error({ err: error, alert: id }, 'an alert could not be seen to');
    },
  };

  #wake(): void {
    this.#isWanted = true;
    if (!this.#isAwake && !this.#isStopped) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isAwake = true;
    while (this.#isWanted && !this.#isStopped) {
      this.#isWanted = false;
      try {
        const nowMs = this.#options.clock.now();
        await this.#takeDue(nowMs);
        if (!this.#isWanted) await this.#setTimer(nowMs);
      } catch (error) {
        if (this.#isStopped) break;
        this.#options.log.error({ err: error }, 'the outbox could not be read');
        this.#wakeIn(TROUBLE_MS);
      }
    }
    this.#isAwake = false;
  }

  async #takeDue(nowMs: number): Promise<void> {
    // First what is new: it does not wait for the questions after it.
    await this.#offerDue(nowMs);
    await this.#seeToAlerts(nowMs);
    if (this.#hasTriedRepeats && !this.#isWanted) await this.#offerDue(nowMs);
  }

  async #offerDue(nowMs: number): Promise<void> {
    const { state } = this.#options;
    if (this.#dispatcher.size >= MOST_AT_HAND) return;
    const version = this.#routingVersion;
    const rows = await (this.#options.claimDue ?? claimDue)(state.db, {
      nowMs,
      limit: PAGE,
      limitPerContact: WAITING_PER_CONTACT,
      exceptIds: this.#dispatcher.knownIds(),
      exceptContacts: this.#dispatcher.fullContacts(),
    });
    if (version !== this.#routingVersion) {
      this.#isWanted = true;
      return;
    }
    this.#dispatcher.offer(await holdStorm(state, rows, nowMs));
    // What fills a page, or a contact's part of it, was taken or has filled the contact, so this ends.
    if (rows.length === PAGE || isContactFull(rows)) this.#isWanted = true;
  }

  /** Repeats, and what has waited to go out together. */
  async #seeToAlerts(nowMs: number): Promise<void> {
    const { state, inTurn } = this.#options;
    const areRepeatsDue = nowMs >= this.#nextRepeatMs;
    this.#hasTriedRepeats = areRepeatsDue;
    this.#hasMissedTurn = false;
    if (!areRepeatsDue && !(await hasDueBundles(state, nowMs))) return;
    const work = async (): Promise<void> => {
      if (areRepeatsDue && (await tellAgain(state, nowMs, this.#alertEvents)))
        this.#isWanted = true;
      if (await sendBundles(state, nowMs)) this.#isWanted = true;
    };
    if (inTurn === undefined) await work();
    else this.#hasMissedTurn = !(await inTurn(work));
  }

  /** `takenMs`: up to when everything due has been taken; what has become due since then is in the future of that. */
  async #setTimer(takenMs: number): Promise<void> {
    const { state, clock } = this.#options;
    const { attemptMs, repeatMs } = await nextDueAfter(state.db, takenMs);
    this.#nextRepeatMs = repeatMs;
    const isStillDue = repeatMs <= takenMs && this.#hasTriedRepeats;
    // A repeat that was due has just been tried: not again at once.
    const repeatInMs = isStillDue || this.#hasMissedTurn ? TROUBLE_MS : repeatMs - clock.now();
    this.#wakeIn(Math.min(attemptMs - clock.now(), repeatInMs, POLL_MS));
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, ms));
  }
}

function isContactFull(rows: readonly DueNotification[]): boolean {
  const lanes = Map.groupBy(rows, (row) => `${row.customer}\n${row.contact_id}`);
  return lanes.values().some(({ length }) => length >= WAITING_PER_CONTACT);
}
