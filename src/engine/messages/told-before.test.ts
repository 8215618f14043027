import { expect, test } from 'vitest';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { alertRow } from '#test/support/state-rows.ts';
import { renderMessage } from './render-message.ts';
import { toldBeforeText } from './told-before.ts';

const english = { language: 'en', time_zone: 'UTC' } as const;
const paris = { language: 'fr', time_zone: 'Europe/Paris' } as const;
const told = [
  { name: 'Ana', channel: 'sms', at: '2026-11-22T02:10:00.000Z', is_reached: true },
  { name: 'Bo', channel: 'email', at: '2026-11-22T02:10:05.000Z', is_reached: false },
];

test('an escalated message says who was told before, when, and that nobody has acknowledged', () => {
  const payload = buildNotificationPayload({
    alert: alertFromRow(alertRow()),
    rule: { id: 'r' },
    sensor: { id: 's', labels: {} },
  });
  const request = { type: 'escalated', payload: { ...payload, told_before: told } } as const;
  const { text, html } = renderMessage({ ...request, reader: english });
  expect(text).toMatch(/^Nobody has acknowledged: /);
  expect(text).toContain('\nTold before: Ana (SMS 02:10), Bo (e-mail 02:10, not reached)\n');
  expect(html).toContain('Ana (SMS 02:10)');
  const french = renderMessage({ ...request, reader: paris });
  expect(french.text).toMatch(/^Personne n’a acquitté : /);
  expect(french.text).toContain('Déjà prévenus : Ana (SMS 03:10), Bo (courriel 03:10, pas joint)');
  expect(renderMessage({ type: 'raised', payload, reader: english }).text).not.toContain('Told');
});

test('days are told where they differ, and many names are counted', () => {
  const [ana, bo] = told as [(typeof told)[0], (typeof told)[0]];
  const old = { ...ana, at: '2026-11-20T23:30:00.000Z' };
  expect(toldBeforeText([old, bo], paris)).toBe(
    'Ana (SMS 21 nov., 00:30), Bo (courriel 03:10, pas joint)',
  );
  const many = Array.from({ length: 13 }, () => ana);
  expect(toldBeforeText(many, english)).toMatch(/^(?:Ana \(SMS 02:10\), ){10}3 more$/);
  expect(toldBeforeText([], english)).toBe('');
  expect(
    toldBeforeText([{ ...ana, channel: 'ntfy', name: 'x\ny' }], {
      ...english,
      time_zone: 'Mars/O',
    }),
  ).toBe('x y (ntfy 02:10)');
});
