import type { Contact, NotificationType } from '#domain/notification.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import type { RenderedMessage } from '#engine/messages/compose-message.ts';
import type { Logger } from '#platform/logging.ts';
import type { Metrics } from '#platform/metrics.ts';
import type { Attempt, DueNotification } from '#storage/state/outbox.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import type { Channel, Outcome } from './channels/channel.ts';
import type { Channels } from './channels/registry.ts';
import type { Ledger } from './ledger.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** One attempt to deliver one notification, as it goes through the stages; each fills in what it finds out. */
export interface Parcel {
  readonly row: DueNotification;
  readonly type: NotificationType;
  readonly payload: NotificationPayload;
  readonly contact?: Contact;
  readonly channel?: Channel;
  readonly message?: RenderedMessage;
  /** What is to be written down beside the outcome: that a template could not be used. */
  readonly note?: string;
  /** Set by whichever stage knows what came of the attempt; the stages before the decision then pass it on. */
  readonly outcome?: Outcome;
  /** When the outcome was known, ms. */
  readonly endedMs?: number;
  readonly attempt?: Attempt;
}

/** What the stages work with. */
export interface NotifierContext {
  readonly state: StateStore;
  readonly channels: Channels;
  readonly clock: { now(): number };
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly ledger: Pick<Ledger, 'write'>;
  readonly metrics: NotifierMetrics;
  readonly publicUrl: string | undefined;
  readonly retryPolicy: RetryPolicy;
  readonly attemptTimeoutMs: number;
  /** Aborts when the notifier has no more time: attempts under way end without being written down. */
  readonly stopping: AbortSignal;
}

export type NotifierMetrics = Pick<Metrics, 'readingToNotification' | 'deliveries'>;

export type Stage = (parcel: Parcel, context: NotifierContext) => Parcel | Promise<Parcel>;

/** The platform is stopping: what is under way stays due, and is sent at the next start. */
export class Stopped extends Error {}
