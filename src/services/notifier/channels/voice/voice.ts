import type { Language } from '#domain/language.ts';
import { translate } from '#engine/messages/catalog.ts';
import { cut, escapeHtml, oneLine } from '#engine/messages/plain-text.ts';
import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeToFit } from '../chat-text.ts';
import { createHttpChannel } from '../http-channel.ts';
import { telephonePost } from '../telephone-gateway.ts';
import { VoiceSettings } from './voice.schema.ts';

/** Nobody listens for longer. */
const SPOKEN_LENGTH = 400;
/** The form takes 4,000 characters of TwiML, and what is said stands there twice. */
const ESCAPED_LENGTH = 1700;

/** BCP 47, as https://www.twilio.com/docs/voice/twiml/say names the languages. */
const SPOKEN: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR' };

/** Calls and reads each notification out, twice, by a gateway that takes what Twilio takes. */
export function createVoiceChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'voice',
    settingsSchema: VoiceSettings,
    secretFields: ['token'],
    addressField: 'api_url',
    write(request) {
      const { voice, ...settings } = request.contact.settings as VoiceSettings;
      return telephonePost(settings, 'Calls', { Twiml: twimlOf(request.message, voice) });
    },
  });
}

/** https://www.twilio.com/docs/voice/twiml: who has just picked up has missed the beginning, so it is said twice. */
function twimlOf({ short, language }: SendRequest['message'], voice: string | undefined): string {
  const said = oneLine(short);
  const mark = ` ${translate(language, 'cut')}`;
  const text = said.length <= SPOKEN_LENGTH ? said : cut(said, SPOKEN_LENGTH - mark.length) + mark;
  const by = voice === undefined ? '' : ` voice="${escapeHtml(voice)}"`;
  const say = (words: string) =>
    `<Say language="${SPOKEN[language]}"${by}>${escapeToFit(inXml(words), { limit: ESCAPED_LENGTH, escape: escapeHtml })}</Say>`;
  const once = say(translate(language, 'voice.message', { text }));
  const again = say(translate(language, 'voice.again', { text }));
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${once}<Pause length="1"/>${again}</Response>`;
}

/** XML 1.0 section 2.2 knows no halves of a sign and no U+FFFE, U+FFFF. */
function inXml(text: string): string {
  return text.toWellFormed().replace(/[\ufffe\uffff]/g, '');
}
