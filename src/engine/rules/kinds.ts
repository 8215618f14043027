import type { Condition as RuleCondition, Severity } from '#domain/rule.ts';
import type { Condition, Problem } from './condition.ts';
import { calibrationDueCondition } from './conditions/calibration-due.ts';
import { changeCondition, changeProblems } from './conditions/change.ts';
import { expressionCondition, expressionProblems } from './conditions/expression.ts';
import { flatCondition, flatProblems } from './conditions/flat.ts';
import { levelCondition, levelProblems } from './conditions/level.ts';
import { silentCondition, silentProblems } from './conditions/silent.ts';

/** The registry of conditions: what is wrong with one, and how to make it. */
interface Kind {
  problems(severity: Severity): Problem[];
  create(severity: Severity): Condition;
}

/** undefined for a kind that is known to the rule format but that nothing here evaluates. */
export function findKind(when: RuleCondition): Kind | undefined {
  if ('above' in when || 'below' in when || 'outside' in when) {
    return {
      problems: (severity) => levelProblems(when, severity),
      create: (severity) => levelCondition(when, severity),
    };
  }
  if ('change' in when) {
    return {
      problems: () => changeProblems(when),
      create: (severity) => changeCondition(when, severity),
    };
  }
  if ('silent' in when) {
    return {
      problems: () => silentProblems(when),
      create: (severity) => silentCondition(when, severity),
    };
  }
  if ('flat' in when) {
    return {
      problems: () => flatProblems(when),
      create: (severity) => flatCondition(when, severity),
    };
  }
  if ('calibration_due' in when) {
    return { problems: () => [], create: (severity) => calibrationDueCondition(when, severity) };
  }
  if ('expression' in when) {
    return {
      problems: () => expressionProblems(when),
      create: (severity) => expressionCondition(when, severity),
    };
  }
  return undefined;
}
