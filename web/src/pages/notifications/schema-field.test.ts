import { expect, test } from 'vitest';
import { fieldKind, textOfValue, valueOfText } from './schema-field.ts';

test('each kind of schema is asked for in its way', () => {
  expect(fieldKind({ type: 'string' })).toBe('text');
  expect(fieldKind({ type: 'string', enum: ['a'] })).toBe('choice');
  expect(fieldKind({ anyOf: [{ type: 'string' }, { type: 'array' }] })).toBe('list');
  expect(fieldKind({ type: 'integer' })).toBe('number');
  expect(fieldKind({ anyOf: [{ type: 'object' }, { type: 'string' }] })).toBe('json');
});

test('what is typed becomes what the API takes, and back', () => {
  expect(valueOfText('', 'text')).toBeUndefined();
  expect(valueOfText('1,5', 'number')).toBe(1.5);
  expect(valueOfText('anne@example.org', 'list')).toBe('anne@example.org');
  expect(valueOfText('a@b.c, d@e.f', 'list')).toEqual(['a@b.c', 'd@e.f']);
  expect(valueOfText('{"a":1}', 'json')).toEqual({ a: 1 });
  expect(valueOfText('{"a":', 'json')).toBe('{"a":');
  expect(textOfValue(['a', 'b'])).toBe('a, b');
  expect(textOfValue({ a: 1 })).toBe('{"a":1}');
  expect(textOfValue(undefined)).toBe('');
});
