import { expect, test } from 'vitest';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { alertRow } from '#test/support/state-rows.ts';
import { renderDigest } from './render-digest.ts';

const member = (id: string, fields: Parameters<typeof alertRow>[0] = {}) =>
  buildNotificationPayload({
    alert: alertFromRow(alertRow({ id, ...fields })),
    rule: { id: 'too-warm', name: { en: 'Too warm', fr: 'Trop chaud' } },
    sensor: { id, name: `Freezer ${id}`, location: 'lyon', labels: {} },
  });
const english = { language: 'en', time_zone: 'UTC' } as const;

test('a digest lists its alerts, the worst first, and what is over last', () => {
  const members = [
    member('1'),
    member('2', { state: 'cleared', cleared_at: Date.UTC(2026, 10, 22, 6) }),
    member('3', { severity: 'critical' }),
  ];
  const message = renderDigest({ digest: { reason: 'quiet', members }, reader: english });
  expect(message.subject).toBe('[Critical] 3 alerts: Too warm (3)');
  expect(message.text).toContain('During your quiet hours: 3 alerts. Too warm (3)');
  const lines = message.text.split('\n').filter((line) => line.includes('Freezer'));
  expect(lines.map((line) => line.slice(0, 12))).toEqual([
    'Critical: To',
    'Warning: Too',
    'Cleared: Cle',
  ]);
});

test('a digest of a storm says how many alerts it does not list', () => {
  const members = Array.from({ length: 120 }, (_, at) => member(`f${at}`));
  const digest = { reason: 'storm', members } as const;
  const french = { language: 'fr', time_zone: 'Europe/Paris' } as const;
  const message = renderDigest({ digest, reader: french, publicUrl: 'https://vigie.example.org' });
  expect(message.subject).toContain('120 alertes');
  expect(message.text).toContain('encore 100');
  expect(message.text.split('\n').filter((line) => line.includes('Freezer f'))).toHaveLength(20);
  expect(message.html).toContain('https://vigie.example.org');
});
