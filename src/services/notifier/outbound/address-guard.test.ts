import { describe, expect, test } from 'vitest';
import {
  guardedLookup,
  hostOf,
  isPrivateHost,
  isPublicAddress,
  PrivateAddressError,
  type Resolver,
} from './address-guard.ts';

test.each([
  '93.184.215.14',
  '8.8.8.8',
  '2606:2800:21f:cb07:6820:80da:af6b:8b2c',
  '64:ff9b::808:808',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '198.18.0.1',
  '192.0.2.1',
  '240.0.0.1',
  '::',
  '::1',
  'fe80::1',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:0:127.0.0.1',
  '::127.0.0.1',
  '::8.8.8.8',
  '64:ff9b::7f00:1',
  '64:ff9b:1::808:808',
  '2002:7f00:1::',
  '2001:db8::1',
  'not an address',
  '',
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://127.1/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::127.0.0.1]/',
  'http://localhost/',
  'http://LOCALHOST./',
  'http://api.localhost/',
  'http://printer.local/',
  'http://①②⑦.0.0.1/',
])('the host of %s is private, however it is written', (url) => {
  expect(isPrivateHost(hostOf(new URL(url)))).toBe(true);
});

test('the host of an ordinary name says nothing', () => {
  expect(isPrivateHost(hostOf(new URL('https://example.org/')))).toBe(false);
});

describe('guardedLookup()', () => {
  const answering =
    (...addresses: string[]): Resolver =>
    (_hostname, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const look = (resolve: Resolver, all: boolean) =>
    new Promise((done) => {
      guardedLookup(resolve)('evil.example', { all }, (error, address) => done(error ?? address));
    });

  test('refuses a name that leads to private addresses only', async () => {
    expect(await look(answering('127.0.0.1', '::1'), true)).toBeInstanceOf(PrivateAddressError);
  });

  test('answers the public addresses alone', async () => {
    const resolve = answering('10.0.0.1', '8.8.8.8', 'fe80::1');
    expect(await look(resolve, true)).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await look(resolve, false)).toBe('8.8.8.8');
  });

  test('passes on that a name is unknown', async () => {
    const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    expect(await look((_h, _o, callback) => callback(error, []), true)).toBe(error);
  });
});
