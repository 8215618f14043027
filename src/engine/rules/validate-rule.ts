import { conditionKind, type RuleInput } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import type { Problem } from './condition.ts';
import { findKind } from './kinds.ts';
import { scheduleProblems } from './schedule.ts';
import { selectorProblems } from './selector.ts';

const LONGEST_MS = 3660 * 86_400_000;

/**
 * Everything that is wrong with a rule that the schema let through, as JSON pointers into the rule and
 * an English sentence each; empty where it is sound. A kind of condition that is not evaluated here
 * is no problem of the rule: `compileRule` refuses it with `not_supported`.
 */
export function validateRule(input: RuleInput): Problem[] {
  const tooLong = durationsOf(input).flatMap(([pointer, text]) =>
    durationMs(text) > LONGEST_MS ? [{ pointer, detail: `${text} is over ten years` }] : [],
  );
  return [
    ...selectorProblems(input.where ?? {}),
    ...tooLong,
    ...(findKind(input.when)?.problems(input.severity ?? 'warning') ?? []),
    ...(input.schedule === undefined ? [] : scheduleProblems(input.schedule)),
  ];
}

/** Every duration of a condition, with its pointer. */
function durationsOf({ when }: RuleInput): [pointer: string, text: string][] {
  const found: [string, string | undefined][] = [
    ['/when/on_delay', when.on_delay],
    ['/when/off_delay', when.off_delay],
  ];
  if ('change' in when) found.push(['/when/change/within', when.change.within]);
  if ('flat' in when) found.push(['/when/flat/for', when.flat.for]);
  if ('silent' in when && when.silent !== 'auto') found.push(['/when/silent', when.silent]);
  if ('calibration_due' in when) found.push(['/when/calibration_due', when.calibration_due]);
  return found.filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** Why the kind of condition is refused; undefined where it is evaluated. */
export function unsupportedKind({ when }: Pick<RuleInput, 'when'>): Problem | undefined {
  if (findKind(when) !== undefined) return undefined;
  const kind = conditionKind(when);
  return { pointer: `/when/${kind}`, detail: `rules of the kind ${kind} are not supported yet` };
}
