import type { Language } from '#domain/language.ts';
import type { AlertException, Policy } from '#domain/notification.ts';
import { EXPLAIN_WORDS } from './explain-words.ts';
import type { FollowUpFacts } from './follow-up.ts';
import { type MatchFacts, membersMatcher, policyMatcher } from './match-policy.ts';
import { policiesFor, tellsOf } from './route-alert.ts';

// Tested by: preview.test.ts

export interface ExplainedPolicy {
  policy_id: string;
  matches: boolean;
  /** Why it does not match, or why it tells nothing all the same. */
  reasons: string[];
}

type Match = NonNullable<Policy['match']>;

interface Explaining extends Pick<FollowUpFacts, 'routing' | 'alert'> {
  /** Of the reasons. */
  language: Language;
}

/** Which of all a customer's policies, disabled ones too, an alert is told by, and why not by the others. */
export function explainPolicies(policies: readonly Policy[], asked: Explaining): ExplainedPolicy[] {
  const { routing, alert } = asked;
  const telling = new Set(policiesFor(alert, routing).map(({ policy }) => policy.id));
  return policies.map((policy) => {
    const matches = telling.has(policy.id);
    const reasons = matches ? silences(policy, asked) : mismatches(policy, asked);
    return { policy_id: policy.id, matches, reasons };
  });
}

function silences({ on }: Policy, { alert: { severity }, language }: Explaining): string[] {
  const isTold = tellsOf(on, { type: 'raised', severity });
  return isTold ? [] : [EXPLAIN_WORDS[language].tellsNotOfRaised];
}

function mismatches(policy: Policy, { routing, alert, language }: Explaining): string[] {
  const words = EXPLAIN_WORDS[language];
  if (!policy.enabled) return [words.isDisabled];
  if (!routing.policyById.has(policy.id)) return [words.namesNobody];
  const named = alert.rule.policy;
  if (named !== undefined && routing.policyById.has(named)) {
    return [words.ruleNames(alert.rule.id, named)];
  }
  const { severity, rule, sensor } = alert;
  const facts: MatchFacts = {
    severity,
    ruleId: rule.id,
    sensorId: sensor.id,
    location: sensor.location,
    labels: sensor.labels,
  };
  const { match = {} } = policy;
  return (Object.keys(match) as (keyof Match)[])
    .filter((field) => !policyMatcher({ [field]: match[field] })(facts))
    .map((field) => mismatch(field, { match, facts, language }));
}

function mismatch(
  field: keyof Match,
  { match, facts, language }: { match: Match; facts: MatchFacts; language: Language },
): string {
  const words = EXPLAIN_WORDS[language];
  const among = (list: readonly string[] = []) => list.join(', ');
  switch (field) {
    case 'severity':
      return words.severityNotAmong(facts.severity, among(match.severity));
    case 'rules':
      return words.ruleNotAmong(facts.ruleId, among(match.rules));
    case 'sensors':
      return words.sensorNotAmong(facts.sensorId, among(match.sensors));
    case 'locations':
      return facts.location
        ? words.locationNotAmong(facts.location, among(match.locations))
        : words.noLocation(among(match.locations));
    case 'labels':
      return Object.entries(match.labels ?? {})
        .filter(([name, value]) => facts.labels[name] !== value)
        .map(([name, value]) => words.labelIs(name, facts.labels[name], value))
        .join('; ');
    case 'not':
      return (match.not ?? [])
        .filter((exception) => membersMatcher(exception)(facts))
        .map((exception) => words.isNotFor(exceptedBy(exception, { facts, language })))
        .join('; ');
  }
}

/** What of the alert an exception asks for. */
function exceptedBy(
  { severity, rules, sensors, locations, labels = {} }: AlertException,
  { facts, language }: { facts: MatchFacts; language: Language },
): string[] {
  const words = EXPLAIN_WORDS[language];
  return [
    ...(severity ? [words.severity(facts.severity)] : []),
    ...(rules ? [words.rule(facts.ruleId)] : []),
    ...(sensors ? [words.sensor(facts.sensorId)] : []),
    ...(locations ? [words.location(facts.location)] : []),
    ...Object.entries(labels).map(([name, value]) => words.label(name, value)),
  ];
}
