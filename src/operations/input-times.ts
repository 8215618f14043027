import { parseTime } from '#domain/time.ts';
import { refuse } from './check-input.ts';
import type { InputProblem } from './describe-errors.ts';

/** A time of an input → ms; undefined and null stay. Throws `invalid_request` at `pointer`. */
export function inputTime<T extends string | null | undefined>(
  text: T,
  pointer: string,
): number | Exclude<T, string> {
  if (text === undefined || text === null) return text as Exclude<T, string>;
  const time = parseTime(text);
  if (time.ok) return time.ms;
  const detail =
    time.code === 'timestamp_without_offset'
      ? 'has no offset; add Z or one such as +01:00'
      : 'must be an RFC 3339 time with an offset, such as 2026-11-22T05:00:00Z';
  throw refuse([{ pointer, detail }]);
}

/** `from` (inclusive) and `to` (exclusive) of a question. */
export function inputRange(input: { from?: string | undefined; to?: string | undefined }): {
  fromMs: number | undefined;
  toMs: number | undefined;
} {
  const fromMs = inputTime(input.from, '/from');
  const toMs = inputTime(input.to, '/to');
  const problems: InputProblem[] =
    fromMs !== undefined && toMs !== undefined && fromMs >= toMs
      ? [{ pointer: '/to', detail: 'must be later than from' }]
      : [];
  if (problems.length > 0) throw refuse(problems);
  return { fromMs, toMs };
}
