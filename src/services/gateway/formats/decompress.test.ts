import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { inflateBody } from './decompress.ts';

const text = Buffer.from('{"sensor_id":"a","readings":{"t":1}}'.repeat(100));

async function codeOf(result: Promise<unknown>): Promise<string> {
  try {
    await result;
  } catch (error) {
    if (error instanceof VigieError) return error.code;
    throw error;
  }
  return 'none';
}

test('each encoding gives the body back', async () => {
  for (const [encoding, bytes] of [
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    [' GZip ', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', text],
    ['', text],
  ] as const) {
    expect(Buffer.from(await inflateBody(bytes, encoding, 10_000)), encoding).toEqual(text);
  }
});

test('gzip of several members is one body', async () => {
  const bytes = Buffer.concat([gzipSync('[1,'), gzipSync('2]')]);
  expect(Buffer.from(await inflateBody(bytes, 'gzip', 100)).toString()).toBe('[1,2]');
});

test('a body that unpacks to more than allowed is refused, a bomb without unpacking it', async () => {
  const bomb = Buffer.alloc(40 * 1024 * 1024);
  for (const [encoding, bytes] of [
    ['gzip', gzipSync(bomb)],
    ['deflate', deflateSync(bomb)],
    ['br', brotliCompressSync(bomb.subarray(0, 10_000_000))],
  ] as const) {
    expect(await codeOf(inflateBody(bytes, encoding, 1_000_000)), encoding).toBe('body_too_large');
  }
  expect(await codeOf(inflateBody(text, 'identity', text.length - 1))).toBe('body_too_large');
  expect(await codeOf(inflateBody(gzipSync(text), 'gzip', text.length))).toBe('none');
  expect(await codeOf(inflateBody(gzipSync(text), 'gzip', text.length - 1))).toBe('body_too_large');
});

test('data that are damaged, cut short or of another kind are refused', async () => {
  const whole = gzipSync(text);
  const damaged = Buffer.from(whole);
  damaged[20] = 255 - damaged[20]!;
  for (const [encoding, bytes] of [
    ['gzip', whole.subarray(0, -5)],
    ['gzip', damaged],
    ['gzip', text],
    ['gzip', Buffer.alloc(0)],
    ['deflate', text],
    ['br', text],
  ] as const) {
    expect(await codeOf(inflateBody(bytes, encoding, 10_000)), encoding).toBe('invalid_request');
  }
});

test('an encoding that is not known is refused', async () => {
  for (const encoding of ['zstd', 'gzip, br', 'constructor']) {
    expect(await codeOf(inflateBody(text, encoding, 10_000))).toBe('unsupported_media_type');
  }
});
