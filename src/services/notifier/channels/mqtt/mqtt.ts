import { guardedLookup } from '../../outbound/address-guard.ts';
import { findAddressProblems } from '../../outbound/address-problems.ts';
import { outcomeOfError } from '../../outbound/http-outcome.ts';
import type { Channel, ChannelOptions, Outcome, SendRequest } from '../channel.ts';
import { eventOf } from '../cloud-event.ts';
import { BrokerRefusal } from './broker-connection.ts';
import { KeptConnections } from './kept-connections.ts';
import { MqttSettings } from './mqtt.schema.ts';

/** MQTT 5 section 2.4: what is wrong with this message, and stays so: its topic, its size, its format. */
const ABOUT_THE_MESSAGE = new Set([144, 149, 153]);
/** A wrong password, or one that may not do this: CONNACK of MQTT 3.1.1 (section 3.2.2.3), and of 5. */
const ABOUT_THE_LOGIN = new Set([4, 5, 134, 135, 140]);

/**
 * Publishes each notification to a topic of a broker, with QoS 1: it counts as sent at the broker's PUBACK. The payload is
 * the event that a webhook gets.
 */
export function createMqttChannel(options: ChannelOptions): Channel {
  const { allowPrivate, publicUrl, resolver } = options;
  const lookup = allowPrivate ? undefined : guardedLookup(resolver);
  const connections = new KeptConnections({ allowPrivate, lookup });
  return {
    name: 'mqtt',
    settingsSchema: MqttSettings,
    secretFields: ['username', 'password'],
    findProblems: (settings) =>
      findAddressProblems((settings as MqttSettings).url, { pointer: '/url', allowPrivate }),
    prepareSettings: (settings) => ({ ...settings }),
    async send(request) {
      const settings = request.contact.settings as MqttSettings;
      if (!URL.canParse(settings.url)) {
        return { ok: false, retryable: false, detail: 'the contact has no valid address' };
      }
      const message = {
        topic: topicOf(settings.topic, request),
        payload: Buffer.from(JSON.stringify(eventOf(request, publicUrl))),
        retain: settings.retain ?? false,
      };
      try {
        const connection = await connections.get(settings, request.signal);
        await connection.publish(message, request.signal);
        return { ok: true, receipt: 'PUBACK' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => connections.close(),
  };
}

/** Ids become one level of the topic each, whatever characters they hold. */
function topicOf(template: string, { payload, type }: SendRequest): string {
  const one = payload === null || payload.digest ? undefined : payload;
  const level = (id: string | undefined) => (id ?? type).replace(/[/+#\0]/g, '_');
  return template
    .replaceAll('{sensor}', () => level(one?.sensor.id))
    .replaceAll('{alert}', () => level(one?.alert.id));
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof BrokerRefusal) {
    const retryable = !ABOUT_THE_MESSAGE.has(error.reasonCode);
    const isRefusal = ABOUT_THE_LOGIN.has(error.reasonCode);
    const detail = `the broker refuses: ${error.message}`;
    return { ok: false, retryable, detail, ...(isRefusal ? { isRefusal } : {}) };
  }
  return outcomeOfError(error);
}
