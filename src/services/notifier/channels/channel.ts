import type { TSchema } from 'typebox';
import type { Contact, NotificationType } from '#domain/notification.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import type { ChartSeries } from '#engine/charts/draw-chart.ts';
import type { RenderedMessage } from '#engine/messages/compose-message.ts';
import type { ChannelProblem } from '#operations/contact/channel-port.ts';
import type { VapidKeys } from '#storage/state/vapid-keys.ts';
import type { Resolver } from '../outbound/address-guard.ts';

// Tested by: registry.test.ts

/** A contact's settings, once they fit the channel's schema. */
export type ChannelSettings = Record<string, unknown>;

/** What became of one attempt. The channel says whether another may succeed; the pipeline alone retries. */
export type Outcome =
  | { ok: true; receipt?: string | undefined }
  | {
      ok: false;
      retryable: boolean;
      /** One line for people: what was answered, or why there was no answer. */
      detail: string;
      /**
       * The other side does not know who asks, or what for: a wrong token or address more often than a passing fault.
       * It is tried again like any other, and others are told sooner.
       */
      isRefusal?: boolean;
      /** The other side asks to be left alone for this long. */
      retryAfterMs?: number;
    };

/** Of which values of one metric a chart is made. */
export interface SeriesQuestion {
  customer: string;
  sensorId: string;
  metric: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** The most buckets. */
  points: number;
}

/** Reads what a chart shows; undefined where the sensor has no such metric. Rejects as the storage does. */
export type ReadSeries = (question: SeriesQuestion) => Promise<ChartSeries | undefined>;

/** One message for one contact. */
export interface SendRequest {
  /** Whose contact it is. */
  customer: string;
  contact: Contact;
  message: RenderedMessage;
  /** `test` is sent when somebody asks whether messages arrive. */
  type: NotificationType | 'test';
  /** Null for a test. */
  payload: NotificationPayload | null;
  /** The same for every attempt: receivers drop what they have seen. */
  notificationId: string;
  /** When the notification was made, ms; the same for every attempt. */
  createdMs: number;
  /** Aborts when the attempt has taken too long. */
  signal: AbortSignal;
}

/** A way to reach people and systems. */
export interface Channel {
  readonly name: string;
  readonly settingsSchema: TSchema;
  /** Top-level settings that no answer may show. */
  readonly secretFields: readonly string[];
  /** What is wrong with settings that fit the schema. */
  findProblems(settings: ChannelSettings): ChannelProblem[];
  /** The settings with what the channel adds, such as a secret. Does not change its argument. */
  prepareSettings(settings: ChannelSettings): ChannelSettings;
  /** Makes one attempt. Does not throw for what the other side does. */
  send(request: SendRequest): Promise<Outcome>;
  /** Closes its connections. */
  close(): void;
}

/** What channels are made with. */
export interface ChannelOptions {
  /** Base address of the dashboard, for links and as the source of events. */
  publicUrl?: string | undefined;
  /** Allows webhooks to the platform's own network. */
  allowPrivate: boolean;
  /** How names of hosts are looked up where private addresses are not allowed; the system's way unless set. */
  resolver?: Resolver | undefined;
  /** `smtp://…` or `smtps://…`; without it no e-mail can be sent. */
  smtpUrl?: string | undefined;
  /** Sender of e-mail whose contact names none. */
  smtpFrom?: string | undefined;
  /** The keys that push services of browsers know the platform by; without them no browser can be told. */
  vapidKeys?: (() => Promise<VapidKeys>) | undefined;
  /** The history, for pictures of what led to an alert; without it there are none. */
  readSeries?: ReadSeries | undefined;
  clock: { now(): number };
}
