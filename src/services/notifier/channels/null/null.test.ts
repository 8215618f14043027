import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { NullSettings } from './null.schema.ts';
import { createNullChannel } from './null.ts';

test('every message counts as sent', async () => {
  const channel = createNullChannel();
  expect(await channel.send(sendRequest({ channel: 'null', settings: {} }))).toEqual({ ok: true });
  expect(channel.prepareSettings({})).toEqual({});
  expect(channel.findProblems({})).toEqual([]);
  channel.close();
});

test('the sample in the README is a contact of this channel', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const [, sample = ''] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];
  const contact = JSON.parse(sample) as { channel: string; settings: unknown };
  expect(contact.channel).toBe('null');
  expect(Value.Check(NullSettings, contact.settings)).toBe(true);
});
