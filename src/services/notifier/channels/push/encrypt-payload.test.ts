import { expect, test } from 'vitest';
import { createPushBrowser } from '#test/support/push-browser.ts';
import { encryptPayload, MOST_PLAIN_BYTES } from './encrypt-payload.ts';

test('the example of RFC 8291 (appendix A) comes out byte by byte', () => {
  const from = (text: string) => Buffer.from(text, 'base64url');
  const encrypted = encryptPayload(
    Buffer.from('When I grow up, I want to be a watermelon'),
    {
      p256dh:
        'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
    {
      salt: from('DGv6ra1nlYgDCS1FRnbzlw'),
      privateKey: from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
    },
  );
  expect(encrypted.toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
});

test.each([0, 1, 1000, MOST_PLAIN_BYTES])(
  'a browser reads %d bytes, and nobody else does',
  async (length) => {
    const [browser, other] = [await createPushBrowser(), await createPushBrowser()];
    const plain = Buffer.alloc(length, 'é');
    const encrypted = encryptPayload(plain, browser.keys);
    expect(await browser.decrypt(encrypted)).toEqual(plain);
    await expect(other.decrypt(encrypted)).rejects.toThrow();
    expect(encrypted.length).toBeLessThanOrEqual(4096);
    expect(encryptPayload(plain, browser.keys)).not.toEqual(encrypted);
  },
);
