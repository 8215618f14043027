import type { Condition as RuleCondition, Severity } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import {
  type Condition,
  type Memory,
  type Problem,
  roundingSlack,
  SAMPLES_ONLY,
} from '../condition.ts';

type ChangeWhen = Extract<RuleCondition, { change: unknown }>;

/**
 * The window, as two monotonic queues of time, value, time, value, …: `max` falls from its head,
 * the greatest value in the window; `min` rises.
 */
interface Window {
  max: readonly number[];
  min: readonly number[];
  /** Of the newest sample. */
  timeMs: number;
  receivedMs: number;
}

/**
 * Bounds the memory: a queue keeps at most one value for each of the window's 128 parts. Where
 * values of one part are merged, one may count for up to 1/128 of `within` longer than it should:
 * a move is never missed, and one that took up to 0.8 % too long may count.
 */
const PARTS = 128;

export function changeProblems(when: ChangeWhen): Problem[] {
  const problems: Problem[] = [];
  if (durationMs(when.change.within) === 0) {
    problems.push({ pointer: '/when/change/within', detail: 'a change needs a time to happen in' });
  }
  if ((when.deadband ?? 0) >= when.change.by) {
    const detail = `a deadband of ${when.deadband} or more than by (${when.change.by}) would never clear`;
    problems.push({ pointer: '/when/deadband', detail });
  }
  return problems;
}

/**
 * The value moved by at least `by` (greatest less least value) among samples whose times lie at most `within`
 * apart. Clears when that move is less than `by` − deadband, or when `within` has passed without a
 * sample. `value` and `peak` of its transitions are values, not moves; `limit` is `by`.
 */
export function changeCondition(when: ChangeWhen, severity: Severity): Condition {
  const { by } = when.change;
  const withinMs = durationMs(when.change.within);
  const clearBy = by - (when.deadband ?? 0);
  const partMs = withinMs / PARTS;
  const windowOf = (memory: Memory | undefined) => memory as unknown as Window | undefined;
  return {
    ...SAMPLES_ONLY,
    takes: 'sample',
    metrics: [when.metric],
    severities: [severity, severity],
    forgetsAtRest: false,
    observe(memory, { timeMs, receivedMs, value }, verdict) {
      const old = windowOf(memory);
      const sample = { fromMs: timeMs - withinMs, timeMs, value, partMs };
      const max = slide(old?.max, sample, 1);
      const min = slide(old?.min, sample, -1);
      const [greatest, least] = [max[1]!, min[1]!];
      const move = greatest - least + roundingSlack(greatest, least);
      verdict.level = move >= (verdict.level > 0 ? clearBy : by) ? 1 : 0;
      verdict.value = value;
      verdict.reach = Math.max(greatest - value, value - least);
      return { max, min, timeMs, receivedMs };
    },
    limitOf: () => by,
    subsidesMs: (memory) => (windowOf(memory)?.timeMs ?? Number.POSITIVE_INFINITY) + withinMs,
    clockDueMs: (memory, level) =>
      level > 0
        ? (windowOf(memory)?.receivedMs ?? Number.POSITIVE_INFINITY) + withinMs
        : Number.POSITIVE_INFINITY,
    onClock(memory, { nowMs }, verdict) {
      const emptyMs = (windowOf(memory)?.receivedMs ?? Number.POSITIVE_INFINITY) + withinMs;
      if (verdict.level === 0 || nowMs < emptyMs) return;
      verdict.level = 0;
      verdict.atMs = emptyMs;
    },
  };
}

interface Incoming {
  fromMs: number;
  timeMs: number;
  value: number;
  partMs: number;
}

/** The queue after a sample: what is too old leaves at the head, what the value outdoes at the tail. */
function slide(queue: readonly number[] | undefined, sample: Incoming, sign: 1 | -1): number[] {
  const { fromMs, timeMs, value, partMs } = sample;
  if (queue === undefined) return [timeMs, value];
  let head = 0;
  let tail = queue.length;
  while (head < tail && queue[head]! < fromMs) head += 2;
  while (tail > head && sign * queue[tail - 1]! <= sign * value) tail -= 2;
  const next = queue.slice(head, tail);
  const lastMs = next.length > 0 ? next[next.length - 2]! : Number.NaN;
  if (Math.floor(lastMs / partMs) === Math.floor(timeMs / partMs)) next[next.length - 2] = timeMs;
  else next.push(timeMs, value);
  return next;
}
