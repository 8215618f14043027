import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, form, httpChannelContract } from '../http-channel.contract.ts';
import { createVoiceChannel } from './voice.ts';

const account = 'AC0123456789abcdef0123456789abcdef';
const token = 'not-a-real-token';
const voice = {
  name: 'voice',
  create: createVoiceChannel,
  settingsFor: (base: string) => ({
    to: '+33612345678',
    from: '+33700000000',
    account,
    token,
    api_url: base,
  }),
  path: `/2010-04-01/Accounts/${account}/Calls.json`,
  ...form,
};
httpChannelContract(voice);

const { message } = sendRequest({ channel: 'voice', settings: {} });

/** What is said, part by part, with how. */
function spoken(twiml: string): { attributes: string; text: string }[] {
  expect(twiml).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?><Response>.*<\/Response>$/);
  return [...twiml.matchAll(/<Say ([^>]*)>([^<>]*)<\/Say>/g)].map(([, attributes, text]) => ({
    attributes: attributes!,
    text: text!,
  }));
}

test('the phone rings and hears twice what happened', async () => {
  const { receiver, send, latest } = await createHttpChannelBench(voice);
  await send();
  expect(receiver.received[0]!.headers.authorization).toBe(`Basic ${btoa(`${account}:${token}`)}`);
  expect(latest()).toMatchObject({ To: '+33612345678', From: '+33700000000' });
  const said = spoken(latest().Twiml);
  expect(said.map(({ attributes }) => attributes)).toEqual([
    'language="en-GB"',
    'language="en-GB"',
  ]);
  for (const { text } of said) expect(text).toContain(message.short);
  expect(said[0]!.text).toMatch(/^Message from Vigie/);
  expect(said[1]!.text).toMatch(/^I repeat/);
});

test('in French where the contact reads French, by the voice of its choice', async () => {
  const { send, latest } = await createHttpChannelBench({
    ...voice,
    settingsFor: (base) => ({ ...voice.settingsFor(base), voice: 'Polly.Lea' }),
  });
  await send({ message: { ...message, language: 'fr' } });
  const said = spoken(latest().Twiml);
  expect(said.map(({ attributes }) => attributes)).toEqual(
    Array(2).fill('language="fr-FR" voice="Polly.Lea"'),
  );
  expect(said[0]!.text).toMatch(/^Message de Vigie/);
});

test('what people and devices have written does not become TwiML', async () => {
  const { send, latest } = await createHttpChannelBench(voice);
  const short = `<Dial>+1900</Dial> & "a" 'b' \ud800\uffff end`;
  await send({ message: { ...message, short } });
  const [first] = spoken(latest().Twiml);
  expect(first!.text).toContain(
    '&lt;Dial&gt;+1900&lt;/Dial&gt; &amp; &quot;a&quot; &#39;b&#39; � end',
  );
});

test.each([
  ['word '.repeat(200), '… [cut]'],
  ['"'.repeat(1000), '…'],
])('what nobody would listen to is cut, and the form takes it', async (short, mark) => {
  const { send, latest } = await createHttpChannelBench(voice);
  await send({ message: { ...message, short } });
  for (const { text } of spoken(latest().Twiml)) expect(text).toContain(mark);
  expect(latest().Twiml.length).toBeLessThanOrEqual(4000);
});
