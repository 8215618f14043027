import { translate } from '#engine/messages/catalog.ts';
import type { Channel, ChannelOptions } from '../channel.ts';
import { createHttpChannel } from '../http-channel.ts';
import { telephonePost } from '../telephone-gateway.ts';
import { SmsSettings } from './sms.schema.ts';
import { smsText } from './sms-text.ts';

const SEGMENTS = 2;

/** Sends each notification as a text message, by a gateway that takes what Twilio takes. */
export function createSmsChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'sms',
    settingsSchema: SmsSettings,
    secretFields: ['token'],
    addressField: 'api_url',
    write(request) {
      const settings = request.contact.settings as SmsSettings;
      const { short, language, acknowledgeLink, link } = request.message;
      const links = [acknowledgeLink, link].flatMap((one) => (one ? [one.url] : []));
      const { segments = SEGMENTS } = settings;
      const cutMark = ` ${translate(language, 'cut')}`;
      return telephonePost(settings, 'Messages', {
        Body: smsText(short, { segments, links, cutMark }),
      });
    },
  });
}
