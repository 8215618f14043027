import { expect, test } from 'vitest';
import { readPreviewSearch } from './preview-search.ts';

test('an address names the alert that is asked about; nonsense in it is left out', () => {
  expect(readPreviewSearch({ rule: 'hot', sensor: 12, severity: 'warning', x: 1 })).toEqual({
    rule: 'hot',
    sensor: '12',
    severity: 'warning',
  });
  expect(readPreviewSearch({ rule: '', severity: 'loud' })).toEqual({});
});
