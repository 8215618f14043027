import { expect, test } from 'vitest';
import { linesOf, rangeOf, readSensorSearch } from './sensor-search.ts';

const NOW = Date.parse('2026-11-22T05:00:00Z');

test('an address that was cut short still shows the sensor', () => {
  expect(readSensorSearch({ range: 'soon', from: 'yesterday', to: 3, metrics: 't' })).toEqual({
    metrics: 't',
  });
  expect(rangeOf({}, NOW)).toEqual({ fromMs: NOW - 86_400_000, toMs: NOW, isLive: true });
});

test('a range that stands still is told from one that moves on', () => {
  const [from, to] = ['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z'];
  const still = rangeOf({ from, to, range: '1h' }, NOW);
  expect(still).toEqual({ fromMs: Date.parse(from), toMs: Date.parse(to), isLive: false });
  expect(rangeOf({ from: to, to: from, range: '1h' }, NOW)).toMatchObject({ isLive: true });
});

test('own metrics come first, others after them, four lines at most', () => {
  expect(linesOf('oven', 'temperature', {})).toEqual([{ sensorId: 'oven', metric: 'temperature' }]);
  const lines = linesOf('oven', 't', { metrics: 'a,b', compare: 'x:1~t,half,fridge~t,more~t' });
  expect(lines.map(({ sensorId, metric }) => `${sensorId} ${metric}`)).toEqual([
    'oven a',
    'oven b',
    'x:1 t',
    'fridge t',
  ]);
});
