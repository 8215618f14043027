import { formatTime } from '#domain/time.ts';
import type { ChannelProblem } from '#operations/contact/channel-port.ts';
import { findAddressProblems } from '../../outbound/address-problems.ts';
import { outcomeOfAnswer, outcomeOfError } from '../../outbound/http-outcome.ts';
import { HttpPoster } from '../../outbound/http-poster.ts';
import type { Channel, ChannelOptions, ChannelSettings, SendRequest } from '../channel.ts';
import { keyOf, makeSecret, signedHeaders } from './signature.ts';
import { WebhookSettings } from './webhook.schema.ts';

/** Where there is no public address to name as the source of an event. */
const UNNAMED_SOURCE = 'vigie';

/**
 * Posts each notification as a CloudEvents 1.0 event in structured JSON, signed as Standard Webhooks asks.
 * The event's id is the notification's, the same for every attempt.
 */
export function createWebhookChannel(options: ChannelOptions): Channel {
  const { allowPrivate, clock } = options;
  const poster = new HttpPoster({ allowPrivate, resolver: options.resolver });
  return {
    name: 'webhook',
    settingsSchema: WebhookSettings,
    secretFields: ['secret'],
    findProblems: (settings) => findProblems(settings as WebhookSettings, allowPrivate),
    prepareSettings: (settings) => ({ ...settings, secret: settings.secret ?? makeSecret() }),
    async send(request) {
      const settings = request.contact.settings as WebhookSettings;
      const key = keyOf(settings.secret ?? '');
      if (!URL.canParse(settings.url) || key === undefined) {
        const detail = 'the contact has no valid address or secret';
        return { ok: false, retryable: false, detail };
      }
      const body = Buffer.from(JSON.stringify(eventOf(request, options.publicUrl)));
      const id = request.notificationId;
      try {
        const answer = await poster.post({
          url: new URL(settings.url),
          headers: {
            'content-type': 'application/cloudevents+json; charset=utf-8',
            'user-agent': 'Vigie',
            ...signedHeaders({ id, nowMs: clock.now(), body, key }),
          },
          body,
          signal: request.signal,
        });
        return outcomeOfAnswer(answer, clock.now());
      } catch (error) {
        return outcomeOfError(error);
      }
    },
    close: () => poster.close(),
  };
}

function findProblems(settings: WebhookSettings, allowPrivate: boolean): ChannelProblem[] {
  const problems = findAddressProblems(settings.url, { pointer: '/url', allowPrivate });
  if (settings.secret !== undefined && keyOf(settings.secret) === undefined) {
    problems.push({ pointer: '/secret', detail: 'must be 24 to 64 bytes in base64 after whsec_' });
  }
  return problems;
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
function eventOf(request: SendRequest, publicUrl: string | undefined): ChannelSettings {
  const { type, payload, message, notificationId, createdMs } = request;
  return {
    specversion: '1.0',
    id: notificationId,
    source: publicUrl ?? UNNAMED_SOURCE,
    type: type === 'test' ? 'vigie.test' : `vigie.alert.${type}`,
    time: formatTime(createdMs),
    ...(payload ? { subject: payload.sensor.id } : {}),
    datacontenttype: 'application/json',
    data: {
      ...(payload?.digest
        ? { alerts: payload.digest.members.map(({ alert }) => alert) }
        : payload && { alert: payload.alert }),
      message: message.text,
      ...(message.acknowledgeLink ? { acknowledge_url: message.acknowledgeLink.url } : {}),
      ...(type === 'severity_changed' ? { previous_severity: payload?.previous_severity } : {}),
      ...(payload?.repeat ? { repeat: true } : {}),
    },
  };
}
