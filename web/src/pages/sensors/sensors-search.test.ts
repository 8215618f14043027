import { expect, test } from 'vitest';
import { filterOf, readSensorsSearch } from './sensors-search.ts';

test('the address holds only what narrows the list; numbers are text', () => {
  expect(readSensorsSearch({ q: 12, status: '', label: 'site=lyon', other: 'x' })).toEqual({
    q: '12',
    label: 'site=lyon',
  });
});

test('out of service is asked for by a parameter of its own', () => {
  expect(filterOf({ status: 'silent' })).toEqual({ q: undefined, status: 'silent' });
  expect(filterOf({ status: 'out_of_service' })).toEqual({
    q: undefined,
    out_of_service: 'true',
  });
});

test('labels become the parameters of the API; half a label waits', () => {
  expect(filterOf({ q: 'freezer', label: 'site=lyon, floor = 2,room=' })).toEqual({
    q: 'freezer',
    status: undefined,
    'label.site': 'lyon',
    'label.floor': '2',
  });
});
