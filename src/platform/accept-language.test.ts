import { expect, test } from 'vitest';
import { preferredLanguage } from './accept-language.ts';

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['fr', 'fr'],
  ['fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
  ['de-DE,de;q=0.9', 'en'],
  ['de,en;q=0.3,fr;q=0.6', 'fr'],
  ['en-US,en;q=0.9,fr;q=0.8', 'en'],
  ['fr;q=0', 'en'],
  ['*', 'en'],
])('preferredLanguage(%j) is %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});
