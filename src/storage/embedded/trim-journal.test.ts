import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createTrim } from './trim-journal.ts';

function journalOf(rows: number, bytesEach: number) {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE journal (id INTEGER PRIMARY KEY, received_at REAL, samples BLOB)');
  db.exec('CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)');
  const insert = db.prepare('INSERT INTO journal VALUES (?, 0, zeroblob(?))');
  for (let id = 1; id <= rows; id++) insert.run(id, bytesEach);
  return {
    trim: createTrim(db),
    first: () => db.prepare('SELECT min(id) AS id FROM journal').get()?.id,
    trimmed: () => db.prepare("SELECT value FROM meta WHERE key = 'trimmed'").get()?.value,
  };
}

test('many rows go in steps, oldest first, and each step is remembered', () => {
  const journal = journalOf(1101, 10);
  expect(journal.trim(1100)).toBe(false);
  expect([journal.first(), journal.trimmed()]).toEqual([501, '500']);
  expect(journal.trim(1100)).toBe(false);
  expect(journal.first()).toBe(1001);
  expect(journal.trim(1100)).toBe(true);
  expect([journal.first(), journal.trimmed()]).toEqual([1101, '1100']);
});

test('a step ends early where rows are large', () => {
  const journal = journalOf(4, 32 * 1024 * 1024);
  expect(journal.trim(4)).toBe(false);
  expect(journal.first()).toBe(3);
  expect(journal.trim(4)).toBe(true);
  expect([journal.first(), journal.trimmed()]).toEqual([null, '4']);
});

test('where there is nothing to forget the number is remembered, and never a smaller one', () => {
  const journal = journalOf(0, 0);
  expect(journal.trim(10)).toBe(true);
  expect(journal.trim(9)).toBe(true);
  expect(journal.trimmed()).toBe('10');
});
