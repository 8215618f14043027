import type { ChannelProblem } from '#operations/contact/channel-port.ts';
import { findAddressProblems } from '../../outbound/address-problems.ts';
import { outcomeOfAnswer, outcomeOfError } from '../../outbound/http-outcome.ts';
import { HttpPoster } from '../../outbound/http-poster.ts';
import type { Channel, ChannelOptions } from '../channel.ts';
import { eventOf } from '../cloud-event.ts';
import { keyOf, makeSecret, signedHeaders } from './signature.ts';
import { WebhookSettings } from './webhook.schema.ts';

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
