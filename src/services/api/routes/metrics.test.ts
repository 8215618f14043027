import { expect, test } from 'vitest';
import { isFromLoopback } from './metrics.ts';

function from(remoteAddress: string, headers = {}) {
  return isFromLoopback({ headers, socket: { remoteAddress } as never });
}

test('isFromLoopback() is true for this machine in each notation', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'].map((a) => from(a))).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

test('isFromLoopback() is false for others and for what a proxy on this machine passes on', () => {
  expect(['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', ''].map((a) => from(a))).not.toContain(true);
  expect(from('127.0.0.1', { 'x-forwarded-for': '10.0.0.1' })).toBe(false);
  expect(from('127.0.0.1', { forwarded: 'for=10.0.0.1' })).toBe(false);
});
