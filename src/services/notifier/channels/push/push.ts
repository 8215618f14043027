import { createHash, ECDH } from 'node:crypto';
import type { ChannelProblem } from '#operations/contact/channel-port.ts';
import type { Channel, ChannelOptions, ChannelSettings, SendRequest } from '../channel.ts';
import { escapeToFit, titleOf } from '../chat-text.ts';
import { createHttpChannel } from '../http-channel.ts';
import { encryptPayload, MOST_PLAIN_BYTES } from './encrypt-payload.ts';
import { PushSettings } from './push.schema.ts';
import { vapidAuthorization } from './vapid.ts';

/** How long a push service keeps a message for a browser that is not there. */
const TTL_SECONDS = 24 * 3600;
/** RFC 8030 section 7.3: nobody will ever ask for this subscription again. */
const GONE = new Set([404, 410]);
/** RFC 8030 section 5.3. */
const URGENCIES = { info: 'low', warning: 'normal', critical: 'high' } as const;
const TITLE_BYTES = 400;

/** Tells a browser, by its push service: RFC 8030, encrypted by RFC 8291, signed by RFC 8292. */
export function createPushChannel(options: ChannelOptions): Channel {
  const { clock, vapidKeys } = options;
  const subject = subjectOf(options);
  const channel = createHttpChannel(options, {
    name: 'push',
    settingsSchema: PushSettings,
    secretFields: ['endpoint', 'keys'],
    addressField: 'endpoint',
    async write(request) {
      const { endpoint, keys } = request.contact.settings as PushSettings;
      if (vapidKeys === undefined) throw new Error('there are no keys for push services');
      const authorization = vapidAuthorization(await vapidKeys(), {
        endpoint: new URL(endpoint),
        subject,
        nowMs: clock.now(),
      });
      return {
        url: endpoint,
        headers: {
          authorization,
          'content-encoding': 'aes128gcm',
          ttl: String(TTL_SECONDS),
          urgency: urgencyOf(request),
          topic: topicOf(request),
        },
        body: encryptPayload(payloadOf(request), keys),
        finalStatuses: GONE,
      };
    },
  });
  return {
    ...channel,
    findProblems: (settings) => [...channel.findProblems(settings), ...keyProblems(settings)],
    async send(request) {
      const { endpoint } = request.contact.settings as Partial<PushSettings>;
      const problems = keyProblems(request.contact.settings);
      if (problems.length > 0 || !URL.canParse(endpoint ?? '')) {
        return {
          ok: false,
          retryable: false,
          detail: 'the contact is no subscription of a browser',
        };
      }
      const outcome = await channel.send(request);
      if (outcome.ok || !/^HTTP 4(04|10)/.test(outcome.detail)) return outcome;
      const detail = `the browser is no longer subscribed: ${outcome.detail}`;
      return { ...outcome, detail };
    },
  };
}

/** Some push services refuse a subject that is no address of the internet. */
function subjectOf({ publicUrl, smtpFrom }: ChannelOptions): string {
  if (publicUrl?.startsWith('https://')) return publicUrl;
  const address = /[^\s<>@]+@[^\s<>@]+/.exec(smtpFrom ?? '')?.[0];
  return `mailto:${address ?? 'vigie@localhost'}`;
}

function keyProblems(settings: ChannelSettings): ChannelProblem[] {
  const { p256dh } = (settings as Partial<PushSettings>).keys ?? {};
  try {
    ECDH.convertKey(p256dh ?? '', 'prime256v1', 'base64url', 'hex', 'compressed');
    return [];
  } catch {
    return [{ pointer: '/keys/p256dh', detail: 'is no point of the curve P-256' }];
  }
}

/** What the page's service worker is given, as JSON; the body is what is cut where it is too long. */
function payloadOf(request: SendRequest): Buffer {
  const { message, type, payload } = request;
  const { link, acknowledgeLink, language } = message;
  const said = (body: string) =>
    Buffer.from(
      JSON.stringify({
        title: escapeToFit(titleOf(request), { limit: TITLE_BYTES, sizeOf: Buffer.byteLength }),
        body,
        lang: language,
        tag: keyOf(request),
        type,
        ...(payload === null ? {} : { severity: payload.alert.severity }),
        ...(link ? { url: link.url } : {}),
        ...(acknowledgeLink
          ? { acknowledge_url: acknowledgeLink.url, acknowledge_label: acknowledgeLink.label }
          : {}),
      }),
    );
  const sizeOf = (body: string) => said(body).length;
  return said(escapeToFit(message.body, { limit: MOST_PLAIN_BYTES, sizeOf }));
}

/** Good news wakes nobody. */
function urgencyOf({ type, payload }: SendRequest): string {
  const isGood = type === 'cleared' || type === 'acknowledged' || type === 'test';
  return payload === null || isGood ? 'normal' : URGENCIES[payload.alert.severity];
}

/** The alert; several at once, and a test, are by themselves. */
function keyOf({ payload, notificationId }: SendRequest): string {
  return payload === null || payload.digest ? notificationId : payload.alert.id;
}

/** What a message replaces that the browser has not fetched yet: 32 characters of base64url (RFC 8030 section 5.4). */
function topicOf(request: SendRequest): string {
  return createHash('sha256').update(keyOf(request)).digest('base64url').slice(0, 32);
}
