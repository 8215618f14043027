import { Type } from 'typebox';
import { expect, test } from 'vitest';
import type { VigieError } from '#domain/errors.ts';
import { ListAlertsQuery } from '#domain/questions.ts';
import { RuleInput } from '#domain/rule.ts';
import { SensorInput } from '#domain/sensor.ts';
import { inputCheck } from './check-input.ts';

type Errors = { pointer: string; detail: string }[];

function errorsOf(check: (input: unknown) => unknown, input: unknown): Errors {
  try {
    check(input);
  } catch (error) {
    return (error as VigieError).extra?.errors as Errors;
  }
  throw new Error('the input was taken');
}

const rule = inputCheck(RuleInput, { code: 'rule_invalid', ignore: ['revision', 'created_at'] });

test('input that fits is answered, without the members that only the platform writes', () => {
  const when = { metric: 'temperature', above: [{ limit: -15 }] };
  expect(rule({ when, revision: 3, created_at: 'x' })).toEqual({ when });
});

test('every problem is listed, each where it is', () => {
  const errors = errorsOf(rule, {
    id: '../x',
    when: { metric: 'temperature', above: [{ limit: 'hot', severity: 'bad' }], deadband: -1 },
    severity: 'urgent',
    enabled: 'yes',
    colour: 'red',
  });
  expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
    '/colour',
    '/enabled',
    '/id',
    '/severity',
    '/when/above/0/limit',
    '/when/above/0/severity',
    '/when/deadband',
  ]);
  const detail = (pointer: string) => errors.find((error) => error.pointer === pointer)?.detail;
  expect(detail('/severity')).toBe('must be one of: "info", "warning", "critical"');
  expect(detail('/colour')).toBe('is not known here');
  expect(detail('/id')).toBe('is not of the form: 1–100 letters, digits, -, _ and .');
});

test('a condition of no known kind is told which kinds there are', () => {
  const [error] = errorsOf(rule, { when: { metric: 'temperature', abov: [{ limit: 1 }] } });
  expect(error?.pointer).toBe('/when');
  expect(error?.detail).toMatch(/^must have one of: above, below, outside, change, silent, flat/);
});

test('a condition is judged by the form that its members show', () => {
  const errors = errorsOf(rule, { when: { metric: 't', flat: { for: 'soon' } } });
  expect(errors).toEqual([
    {
      pointer: '/when/flat/for',
      detail: 'is not of the form: A duration such as 90s, 5m, 1h30m or 2d',
    },
  ]);
});

test('a third end of a range is one too many', () => {
  const when = { metric: 't', outside: [{ range: [2, 8, 9] }] };
  expect(errorsOf(rule, { when })).toEqual([
    { pointer: '/when/outside/0/range/2', detail: 'is one too many' },
  ]);
});

test('a missing member is named', () => {
  expect(errorsOf(rule, {})).toEqual([{ pointer: '/when', detail: 'is missing' }]);
  expect(errorsOf(rule, undefined)).toEqual([{ pointer: '/when', detail: 'is missing' }]);
});

test('a value that is neither text nor null is told both', () => {
  const errors = errorsOf(inputCheck(SensorInput), { name: 5, labels: { site: 7 } });
  expect(errors).toEqual([
    { pointer: '/labels/site', detail: 'must be string' },
    { pointer: '/name', detail: 'must be one of: string, null' },
  ]);
});

test('a time without offset is refused with the form that is asked for', () => {
  const [error] = errorsOf(inputCheck(ListAlertsQuery), { from: '2026-11-22T05:00:00' });
  expect(error?.detail).toContain('with an offset');
});

test('names with slashes are escaped in pointers', () => {
  const check = inputCheck(Type.Object({}, { additionalProperties: false }));
  expect(errorsOf(check, { 'a/b~c': 1 })[0]?.pointer).toBe('/a~1b~0c');
});

test('more than eight problems are all told', () => {
  const labels = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`l${at}`, at]));
  expect(errorsOf(inputCheck(SensorInput), { labels })).toHaveLength(30);
});

test.each([[[]], ['text'], [5], [true]])('%j is no object', (input) => {
  expect(errorsOf(inputCheck(ListAlertsQuery), input)).toEqual([
    { pointer: '', detail: 'must be object' },
  ]);
});
