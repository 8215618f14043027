import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, toPage } from './cursor.ts';

test('a cursor comes back as it was made', () => {
  const cursor = encodeCursor('alerts', [1_763_787_600_000.123, 'é/+']);
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(decodeCursor(cursor, 'alerts', ['number', 'string'])).toEqual([
    1_763_787_600_000.123,
    'é/+',
  ]);
  expect(decodeCursor(undefined, 'alerts', ['number'])).toBeUndefined();
});

test.each([
  ['of another list', encodeCursor('rules', ['a'])],
  ['with other parts', encodeCursor('alerts', ['a', 'b'])],
  ['of another type', encodeCursor('alerts', [1])],
  ['that is no JSON', 'xyz'],
  ['that is empty', ''],
  ['that is no list', Buffer.from('{"0":"alerts"}').toString('base64url')],
])('a cursor %s is refused', (_what, cursor) => {
  expect(() => decodeCursor(cursor, 'alerts', ['string'])).toThrow(
    expect.objectContaining({ code: 'invalid_request', pointer: '/cursor' }),
  );
});

test('a page says that there is more only where there is', () => {
  const options = { item: (row: number) => row * 10, cursorOf: (row: number) => `after-${row}` };
  expect(toPage([1, 2, 3], 2, options)).toEqual({ items: [10, 20], next_cursor: 'after-2' });
  expect(toPage([1, 2], 2, options)).toEqual({ items: [10, 20], next_cursor: null });
  expect(toPage([], 2, options)).toEqual({ items: [], next_cursor: null });
});
