import { expect, test } from 'vitest';
import { worstFirst } from './worst-first.ts';

const alert = (id: string, more: object = {}) => ({
  id,
  severity: 'warning' as const,
  acknowledged: false,
  shelved_until: null,
  suppressed_by: null,
  started_at: '2026-11-22T05:00:00.000Z',
  ...more,
});

test('what is worst and nobody has seen comes first, what was put aside last, each once', () => {
  const alerts = [
    alert('shelved', { severity: 'critical', shelved_until: '2026-11-22T06:00:00.000Z' }),
    alert('info', { severity: 'info' }),
    alert('seen', { severity: 'critical', acknowledged: true }),
    alert('older'),
    alert('newer', { started_at: '2026-11-22T05:00:01.000Z' }),
    alert('worst', { severity: 'critical' }),
    alert('info', { severity: 'info' }),
  ];
  expect(worstFirst(alerts).map(({ id }) => id)).toEqual([
    'worst',
    'seen',
    'newer',
    'older',
    'info',
    'shelved',
  ]);
});
