import { expect, test } from 'vitest';
import {
  ERRORS,
  type ErrorCode,
  errorStatus,
  errorTitle,
  isRetryable,
  VigieError,
} from './errors.ts';

const codes = Object.keys(ERRORS) as ErrorCode[];

test('every code has an HTTP status of an error and a title in both languages', () => {
  for (const code of codes) {
    expect(code).toMatch(/^[a-z][a-z0-9_]+$/);
    expect(errorStatus(code)).toBeGreaterThanOrEqual(400);
    expect(errorStatus(code)).toBeLessThan(600);
    expect(errorTitle(code, 'en').length).toBeGreaterThan(5);
    expect(errorTitle(code, 'fr')).not.toBe(errorTitle(code, 'en'));
  }
});

test('what may succeed later is told apart by its code, not by its text', () => {
  expect(isRetryable(new VigieError('storage_full', ''))).toBe(true);
  expect(isRetryable(new VigieError('rate_limited', ''))).toBe(true);
  expect(isRetryable(new VigieError('conflict', 'storage_full'))).toBe(false);
  expect(isRetryable(new Error('overloaded'))).toBe(false);
});
