import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut, escapeHtml, manyLines, oneLine } from './plain-text.ts';

test('oneLine() never leaves a line break or a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(oneLine(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
  expect(oneLine('a\r\nBcc: x@example.org\u202e')).toBe('a Bcc: x@example.org');
});

test('manyLines() keeps line breaks and tabs alone', () => {
  expect(manyLines('a\r\nb\tc\u0000\u001b[31m\u2028d')).toBe('a\nb\tc[31md');
});

test('cut() keeps whole characters', () => {
  expect(cut('🧊🧊🧊', 3)).toBe('🧊🧊🧊');
  expect(cut('🧊🧊🧊🧊', 3)).toBe('🧊🧊…');
});

test('escapeHtml() leaves no sign that opens a tag, an entity or an attribute', () => {
  expect(escapeHtml(`<a href="x" title='y'>&`)).toBe(
    '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;',
  );
});
