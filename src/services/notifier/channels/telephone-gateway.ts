import { Type } from 'typebox';
import { baseOf } from './http-channel.ts';
import type { HttpPost } from './post-courses.ts';

// Tested by: sms/sms.test.ts, voice/voice.test.ts

const API_URL = 'https://api.twilio.com';

/** A number as ITU-T E.164 writes it. */
const NUMBER = '^\\+[1-9][0-9]{6,14}$';
const SERVICE = /^MG[0-9a-fA-F]{32}$/;

/** Settings that text messages and calls have in common. */
export const telephoneFields = {
  to: Type.String({ pattern: NUMBER, description: 'Number of the phone, such as +33612345678' }),
  account: Type.String({
    pattern: '^[A-Za-z0-9_-]{1,100}$',
    description: 'The account, which stands in the address: AccountSid',
  }),
  user: Type.Optional(
    Type.String({
      pattern: '^[^:\\p{Cc}]{1,200}$',
      description: 'Who signs in, such as the name of an API key; the account unless set',
    }),
  ),
  token: Type.String({
    pattern: '^\\P{Cc}{1,200}$',
    description: 'Auth token, or the secret of the API key',
  }),
  api_url: Type.Optional(
    Type.String({
      pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
      maxLength: 2000,
      description: 'Where the gateway is; https://api.twilio.com unless set',
    }),
  ),
};

interface TelephoneSettings {
  to: string;
  from: string;
  account: string;
  user?: string;
  token: string;
  api_url?: string;
}

/**
 * A form for a gateway that takes what Twilio takes: https://www.twilio.com/docs/messaging/api/message-resource and
 * https://www.twilio.com/docs/voice/api/call-resource
 */
export function telephonePost(
  settings: TelephoneSettings,
  resource: 'Messages' | 'Calls',
  fields: Readonly<Record<string, string>>,
): HttpPost {
  const { to, from, account, user = account, token, api_url = API_URL } = settings;
  const sender = SERVICE.test(from) ? { MessagingServiceSid: from } : { From: from };
  return {
    url: `${baseOf(api_url)}/2010-04-01/Accounts/${account}/${resource}.json`,
    headers: {
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`,
    },
    body: new URLSearchParams({ To: to, ...sender, ...fields }),
  };
}
