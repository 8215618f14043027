import { expect, test } from 'vitest';
import { uuidV7 } from './ids.ts';

test('uuidV7() has the form of RFC 9562 and carries its time', () => {
  const id = uuidV7(Date.UTC(2026, 10, 22));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 22));
});

test('ids made one after another sort in that order, within a millisecond and across', () => {
  const ids = Array.from({ length: 50_000 }, (_, i) => uuidV7(1000 + (i >> 14) + 0.5));
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});
