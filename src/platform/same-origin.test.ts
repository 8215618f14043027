import { expect, test } from 'vitest';
import { isFromOurPage } from './same-origin.ts';

const publicUrl = 'https://vigie.example/';
const host = 'vigie.internal:8080';

test.each([
  {
    title: 'a GET from anywhere',
    method: 'GET',
    headers: { 'sec-fetch-site': 'cross-site' },
    isOurs: true,
  },
  {
    title: 'a POST of our page',
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    isOurs: true,
  },
  {
    title: 'a POST of a sister site',
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-site' },
    isOurs: false,
  },
  {
    title: 'a POST of a foreign page',
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
    isOurs: false,
  },
  {
    title: 'an older browser on our host',
    method: 'DELETE',
    headers: { origin: 'http://vigie.internal:8080' },
    isOurs: true,
  },
  {
    title: 'an older browser on the public address',
    method: 'PUT',
    headers: { origin: 'https://vigie.example' },
    isOurs: true,
  },
  {
    title: 'an older browser elsewhere',
    method: 'POST',
    headers: { origin: 'https://evil.example' },
    isOurs: false,
  },
  { title: 'an opaque origin', method: 'POST', headers: { origin: 'null' }, isOurs: false },
  { title: 'a program that is no browser', method: 'DELETE', headers: {}, isOurs: true },
])('$title: $isOurs', ({ method, headers, isOurs }) => {
  expect(isFromOurPage({ method, headers: { host, ...headers } }, publicUrl)).toBe(isOurs);
});
