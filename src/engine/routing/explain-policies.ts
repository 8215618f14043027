import type { AlertException, Policy } from '#domain/notification.ts';
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

/** Which of all a customer's policies, disabled ones too, an alert is told by, and why not by the others. */
export function explainPolicies(
  policies: readonly Policy[],
  { routing, alert }: Pick<FollowUpFacts, 'routing' | 'alert'>,
): ExplainedPolicy[] {
  const telling = new Set(policiesFor(alert, routing).map(({ policy }) => policy.id));
  return policies.map((policy) => {
    const matches = telling.has(policy.id);
    const reasons = matches ? silences(policy, alert) : mismatches(policy, { routing, alert });
    return { policy_id: policy.id, matches, reasons };
  });
}

function silences({ on }: Policy, { severity }: FollowUpFacts['alert']): string[] {
  return tellsOf(on, { type: 'raised', severity }) ? [] : ['it does not tell of raised'];
}

function mismatches(
  policy: Policy,
  { routing, alert }: Pick<FollowUpFacts, 'routing' | 'alert'>,
): string[] {
  if (!policy.enabled) return ['it is disabled'];
  if (!routing.policyById.has(policy.id)) return ['it names nobody who can be told'];
  const named = alert.rule.policy;
  if (named !== undefined && routing.policyById.has(named)) {
    return [`the rule ${alert.rule.id} names the policy ${named}`];
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
    .map((field) => mismatch(field, match, facts));
}

function mismatch(field: keyof Match, match: Match, facts: MatchFacts): string {
  const among = (words: readonly string[] = []) => words.join(', ');
  switch (field) {
    case 'severity':
      return `severity ${facts.severity} is not among ${among(match.severity)}`;
    case 'rules':
      return `rule ${facts.ruleId} is not among ${among(match.rules)}`;
    case 'sensors':
      return `sensor ${facts.sensorId} is not among ${among(match.sensors)}`;
    case 'locations':
      return facts.location
        ? `location ${facts.location} is not among ${among(match.locations)}`
        : `the sensor has no location, which must be among ${among(match.locations)}`;
    case 'labels':
      return Object.entries(match.labels ?? {})
        .filter(([name, value]) => facts.labels[name] !== value)
        .map(([name, value]) => `label ${name} is ${facts.labels[name] ?? 'not set'}, not ${value}`)
        .join('; ');
    case 'not':
      return (match.not ?? [])
        .filter((exception) => membersMatcher(exception)(facts))
        .map((exception) => `it is not for ${exceptedBy(exception, facts)}`)
        .join('; ');
  }
}

/** What of the alert an exception asks for. */
function exceptedBy(exception: AlertException, facts: MatchFacts): string {
  const { severity, rules, sensors, locations, labels = {} } = exception;
  return [
    ...(severity ? [`severity ${facts.severity}`] : []),
    ...(rules ? [`rule ${facts.ruleId}`] : []),
    ...(sensors ? [`sensor ${facts.sensorId}`] : []),
    ...(locations ? [`location ${facts.location ?? 'not set'}`] : []),
    ...Object.entries(labels).map(([name, value]) => `label ${name} ${value}`),
  ].join(' with ');
}
