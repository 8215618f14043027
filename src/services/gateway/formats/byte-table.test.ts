import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteTable, MAX_RUN_BYTES, NO_END } from './byte-table.ts';

const STOP = 0x22222222;

/** The text with a stop byte after it and noise behind, at some place of a longer buffer. */
function viewOf(text: string | Uint8Array, before = 3): DataView {
  const bytes = Buffer.concat([
    Buffer.alloc(before, 0x55),
    typeof text === 'string' ? Buffer.from(text) : text,
    Buffer.from('"noise"!'),
  ]);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function remember<T>(table: ByteTable<T>, text: string, value: T): void {
  const view = viewOf(text);
  expect(table.find(view, 3, STOP)).toBeUndefined();
  table.add(view, 3, value);
}

test('a run of bytes is found again wherever it stands, and its end is told', () => {
  const table = new ByteTable<string>({ maxEntries: 100, maxBytes: 10_000 });
  const texts = [
    '',
    'a',
    'ab',
    'abc',
    'abcd',
    'abcde',
    'é',
    'sensor-10',
    'sensor-1',
    'x'.repeat(99),
  ];
  for (const text of texts) remember(table, text, text);
  for (const text of texts) {
    for (const before of [0, 1, 2, 3, 4, 7]) {
      expect(table.find(viewOf(text, before), before, STOP), text).toBe(text);
      expect(table.end).toBe(before + Buffer.byteLength(text));
    }
  }
  expect(table.find(viewOf('abcdef'), 3, STOP)).toBeUndefined();
  expect(table.find(viewOf('abcd\0'), 3, STOP)).toBeUndefined();
});

test('the first stop byte ends a run, whatever bytes stand around it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), fc.nat(5), (bytes, before) => {
      const table = new ByteTable<number>({ maxEntries: 10, maxBytes: 1000 });
      const end = bytes.indexOf(0x22);
      table.find(viewOf(bytes, before), before, STOP);
      expect(table.end).toBe(before + (end < 0 ? bytes.length : end));
    }),
  );
});

test('it agrees with a Map over many keys, but for the few whose place is crowded', () => {
  const table = new ByteTable<number>({ maxEntries: 1 << 16, maxBytes: 1 << 24 });
  const map = new Map<string, number>();
  let missing = 0;
  fc.assert(
    fc.property(fc.stringMatching(/^[ab\0-]{0,9}$/), fc.nat(), (text, value) => {
      const found = table.find(viewOf(text), 3, STOP);
      if (found === undefined && map.has(text)) missing++;
      else expect(found).toBe(map.get(text));
      if (found !== undefined) return;
      table.add(viewOf(text), 3, value);
      map.set(text, value);
    }),
    { numRuns: 5000 },
  );
  expect(missing).toBeLessThan(250);
});

test('it starts anew when it holds as many entries or bytes as it may', () => {
  const few = new ByteTable<number>({ maxEntries: 4, maxBytes: 1 << 20 });
  for (let i = 0; i < 6; i++) remember(few, `key-${i}`, i);
  expect(few.size).toBe(2);
  expect(few.find(viewOf('key-5'), 3, STOP)).toBe(5);
  const small = new ByteTable<number>({ maxEntries: 1000, maxBytes: 1000 });
  for (let i = 0; i < 100; i++) {
    small.find(viewOf(`a rather long key, number ${i}`), 3, STOP);
    small.add(viewOf(`a rather long key, number ${i}`), 3, i);
  }
  expect(small.size).toBeLessThan(50);
  expect(small.find(viewOf('a rather long key, number 99'), 3, STOP)).toBe(99);
});

test('a very long run is neither read to its end nor kept', () => {
  const table = new ByteTable<number>({ maxEntries: 10, maxBytes: 1 << 20 });
  const view = viewOf('x'.repeat(MAX_RUN_BYTES + 8));
  expect(table.find(view, 3, STOP)).toBeUndefined();
  expect(table.end).toBe(NO_END);
  table.add(view, 3, 1);
  expect(table.size).toBe(0);
  remember(table, 'x'.repeat(MAX_RUN_BYTES), 2);
  expect(table.find(viewOf('x'.repeat(MAX_RUN_BYTES)), 3, STOP)).toBe(2);
});

test('tens of thousands of keys are all found', () => {
  const table = new ByteTable<number>({ maxEntries: 1 << 18, maxBytes: 1 << 25 });
  for (let i = 0; i < 40_000; i++) {
    const view = viewOf(`sensor-${i}`);
    table.find(view, 3, STOP);
    table.add(view, 3, i);
  }
  let found = 0;
  for (let i = 0; i < 40_000; i++) if (table.find(viewOf(`sensor-${i}`), 3, STOP) === i) found++;
  // A key whose place is crowded may be missing.
  expect(found).toBeGreaterThan(39_900);
});
