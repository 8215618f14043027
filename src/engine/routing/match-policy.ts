import type { AlertException, Policy } from '#domain/notification.ts';
import type { Severity } from '#domain/rule.ts';
import { matchesAny, selectorMatches } from '../rules/selector.ts';

/** What a policy's `match` may ask of an alert. */
export interface MatchFacts {
  severity: Severity;
  ruleId: string;
  sensorId: string;
  location?: string | null | undefined;
  labels: Readonly<Record<string, string>>;
}

export type PolicyMatcher = (facts: MatchFacts) => boolean;

/**
 * A test made from a policy's `match`: every field that is given must fit (any of the severities, of the
 * sensor patterns, of the rules, of the patterns of locations; all of the labels), and none of `not` may, each of which is
 * read the same. An absent or empty field fits every alert.
 */
export function policyMatcher(match: Policy['match']): PolicyMatcher {
  const { not = [], ...members } = match ?? {};
  const fits = membersMatcher(members);
  if (not.length === 0) return fits;
  const exceptions = not.map(membersMatcher);
  return (facts) => fits(facts) && !exceptions.some((isExcepted) => isExcepted(facts));
}

/** Whether all members fit, without regard to exceptions. */
export function membersMatcher(members: AlertException): PolicyMatcher {
  const tests: PolicyMatcher[] = [];
  const { severity, rules, sensors, labels, locations } = members;
  if (severity?.length) {
    const wanted = new Set(severity);
    tests.push((facts) => wanted.has(facts.severity));
  }
  if (rules?.length) {
    const wanted = new Set(rules);
    tests.push((facts) => wanted.has(facts.ruleId));
  }
  if (sensors?.length || labels) {
    const where = { sensors: sensors ?? [], labels: labels ?? {} };
    tests.push((facts) => selectorMatches(where, facts.sensorId, facts.labels));
  }
  if (locations?.length) tests.push(({ location }) => matchesAny(locations, location ?? ''));
  return (facts) => tests.every((test) => test(facts));
}
