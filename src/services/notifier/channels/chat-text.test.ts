import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { escapeMarkdown, escapeToFit, titleOf } from './chat-text.ts';

const contact = { channel: 'slack', settings: {} };

test.each([
  ['info', 'ℹ️ [Info]'],
  ['warning', '⚠️ [Warning]'],
  ['critical', '🔴 [Critical]'],
] as const)('an alert that is %s is told in words and by a sign', (severity, start) => {
  expect(titleOf(sendRequest(contact, { alert: { severity } }))).toContain(start);
});

test.each([
  ['cleared', '✅ [Cleared]'],
  ['acknowledged', '👀 [Acknowledged]'],
] as const)('%s has a sign of its own', (type, start) => {
  expect(titleOf(sendRequest(contact, { type }))).toContain(start);
});

test('a test is no alert', () => {
  expect(titleOf(sendRequest(contact, { type: 'test', payload: null }))).toContain('💬');
});

test('a text that fits is only escaped', () => {
  const escaping = (text: string) => text.replaceAll('&', '&amp;');
  expect(escapeToFit('a & b', { limit: 100, escape: escaping })).toBe('a &amp; b');
});

test('a text that fits no more once it is escaped is cut between two escapes', () => {
  const escaping = (text: string) => text.replaceAll('&', '&amp;');
  const escaped = escapeToFit('&'.repeat(100), { limit: 100, escape: escaping });
  expect(escaped).toMatch(/^(&amp;){10,20}…$/);
  expect(escaped.length).toBeLessThanOrEqual(100);
});

test('a text is cut between characters, and measured in bytes where the provider does so', () => {
  const sizeOf = (text: string) => Buffer.byteLength(text);
  const fitted = escapeToFit('🔴'.repeat(100), { limit: 50, sizeOf });
  expect(fitted).toMatch(/^(🔴)+…$/u);
  expect(sizeOf(fitted)).toBeLessThanOrEqual(50);
});

test('Markdown is shown as it was written', () => {
  expect(escapeMarkdown('*a* _b_ ~c~ `d` [e](f) |g| <h> \\')).toBe(
    '\\*a\\* \\_b\\_ \\~c\\~ \\`d\\` \\[e\\](f) \\|g\\| \\<h> \\\\',
  );
  expect(escapeMarkdown('# a\n> b\n- c\n1. d\n-18.4 °C')).toBe(
    '\\# a\n\\> b\n\\- c\n1\\. d\n\\-18.4 °C',
  );
});
