import { expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { storageError } from './storage-error.ts';

test('a full disk is told from other trouble, and both may be tried again', () => {
  const full = Object.assign(new Error('could not extend file'), { code: '53100' });
  expect(storageError(full)).toMatchObject({
    code: 'storage_full',
    retryAfterSeconds: 10,
    cause: full,
  });
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(storageError(away)).toMatchObject({ code: 'storage_unavailable', retryAfterSeconds: 5 });
  expect(storageError('odd').code).toBe('storage_unavailable');
});

test('what is said already stays as it is', () => {
  const said = new VigieError('standing_by', 'x');
  expect(storageError(said)).toBe(said);
});
