import { expect, test } from 'vitest';
import { defaultClientId, parseBrokerUrl } from './broker-address.ts';

test('an address names protocol, host, port and whom to sign in as', () => {
  expect(parseBrokerUrl('mqtts://vigie:p%40ss%3A@broker.example.org')).toEqual({
    protocol: 'mqtts',
    host: 'broker.example.org',
    port: 8883,
    username: 'vigie',
    password: 'p@ss:',
  });
  expect(parseBrokerUrl('mqtt://[::1]:1884/')).toEqual({
    protocol: 'mqtt',
    host: '::1',
    port: 1884,
    username: undefined,
    password: undefined,
  });
  expect(parseBrokerUrl('mqtt://a:100%@b').password).toBe('100%');
});

test('an instance has the same client id at each start, and another one than its neighbours', () => {
  const instance = { hostName: 'north', dataDir: '/data' };
  const id = defaultClientId(instance);
  expect(id).toBe(defaultClientId({ ...instance }));
  expect(id).toMatch(/^[0-9A-Za-z-]{1,23}$/);
  expect(id).not.toBe(defaultClientId({ ...instance, hostName: 'south' }));
  expect(id).not.toBe(defaultClientId({ ...instance, dataDir: '/other' }));
});
