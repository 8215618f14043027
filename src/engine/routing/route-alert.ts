import type { Contact, NotificationType, Policy } from '#domain/notification.ts';
import { SEVERITIES, type Severity } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import { type MatchFacts, type PolicyMatcher, policyMatcher } from './match-policy.ts';

/** A change of an alert, as far as routing asks. */
export interface RoutedChange {
  type: NotificationType;
  severity: Severity;
  /** Severity before the change. */
  previousSeverity?: Severity | null | undefined;
  /** The highest severity that the alert has had, where it is known. */
  highestSeverity?: Severity | null | undefined;
  rule: { id: string; policy?: string | undefined };
  sensor: { id: string; labels: Readonly<Record<string, string>> };
}

export interface RouteTarget {
  contactId: string;
  channel: string;
  /** The policy that names the contact; null where everybody is told because no policy does. */
  policyId: string | null;
}

export interface Route {
  /** Each contact once. Empty = nobody is told (`"notification":"none"`). */
  targets: RouteTarget[];
  /** Tell again after this long without acknowledgement; null = do not (and leave a running repeat as it is). */
  repeatMs: number | null;
}

interface PreparedPolicy {
  policy: Policy;
  fits: PolicyMatcher;
  /** Enabled contacts of the first step. Later steps are escalation. */
  contacts: readonly Contact[];
  repeatMs: number | null;
}

/** A customer's policies and contacts made ready for many alerts; make a new one when either changes. */
export interface Routing {
  readonly policies: readonly PreparedPolicy[];
  readonly policyById: ReadonlyMap<string, PreparedPolicy>;
  readonly everyone: readonly Contact[];
}

const FIRST_STEP = 0;
const SHORTEST_REPEAT_MS = 1000;

export function prepareRouting(policies: readonly Policy[], contacts: readonly Contact[]): Routing {
  const everyone = contacts.filter((contact) => contact.enabled);
  const contactById = new Map(everyone.map((contact) => [contact.id, contact]));
  const prepared = policies
    .filter((policy) => policy.enabled)
    .map((policy) => ({
      policy,
      fits: policyMatcher(policy.match),
      contacts: contactsOfStep(policy, FIRST_STEP, contactById),
      repeatMs: repeatOf(policy),
    }))
    // A policy that reaches nobody does not count: an alert is never silent by mistake.
    .filter(({ contacts }) => contacts.length > 0)
    // A contact that two policies name is told once, by the one that repeats soonest.
    .sort((a, b) => (a.repeatMs ?? Infinity) - (b.repeatMs ?? Infinity) || byId(a, b));
  return {
    policies: prepared,
    policyById: new Map(prepared.map((entry) => [entry.policy.id, entry])),
    everyone,
  };
}

/**
 * Who is told of a change (design section 8): the policy that the rule names; else every policy whose
 * `match` fits; else every contact. A policy that is gone, disabled or reaches no enabled contact is passed
 * over as if it were not there. A policy without `on` tells `raised`, `escalated`, `cleared`, and
 * `severity_changed` when the severity rises: nobody is paged a second time on the way down.
 *
 * What becomes of an alert is told to whoever its severities so far would have told: who was paged at
 * critical also hears that it fell to warning and cleared.
 */
export function routeAlert(change: RoutedChange, routing: Routing): Route {
  const targets = new Map<string, RouteTarget>();
  let repeatMs: number | null = null;
  for (const severity of severitiesToldOf(change)) {
    const policies = policiesFor({ ...change, severity }, routing);
    if (policies.length === 0) {
      if (!tells(undefined, change)) continue;
      for (const contact of routing.everyone) addTarget(targets, contact, null);
    }
    for (const { policy, contacts, repeatMs: repeat } of policies) {
      if (!tells(policy.on, change)) continue;
      for (const contact of contacts) addTarget(targets, contact, policy.id);
      if (repeat !== null && isAlarm(change)) repeatMs = Math.min(repeat, repeatMs ?? Infinity);
    }
  }
  return { targets: [...targets.values()], repeatMs };
}

/** `repeat` of a policy, at least a second; null where it does not repeat. */
function repeatOf(policy: Policy): number | null {
  const ms = policy.repeat === undefined ? 0 : durationMs(policy.repeat);
  return ms > 0 ? Math.max(SHORTEST_REPEAT_MS, ms) : null;
}

function contactsOfStep(
  policy: Policy,
  step: number,
  contactById: ReadonlyMap<string, Contact>,
): Contact[] {
  return (policy.steps[step]?.contacts ?? []).flatMap((id) => contactById.get(id) ?? []);
}

function policiesFor(change: RoutedChange, routing: Routing): readonly PreparedPolicy[] {
  const named =
    change.rule.policy === undefined ? undefined : routing.policyById.get(change.rule.policy);
  if (named !== undefined) return [named];
  const facts: MatchFacts = {
    severity: change.severity,
    ruleId: change.rule.id,
    sensorId: change.sensor.id,
    labels: change.sensor.labels,
  };
  return routing.policies.filter(({ fits }) => fits(facts));
}

function severitiesToldOf(change: RoutedChange): Set<Severity> {
  const severities = new Set([change.severity]);
  if (change.type === 'raised') return severities;
  if (change.previousSeverity) severities.add(change.previousSeverity);
  if (change.highestSeverity) severities.add(change.highestSeverity);
  return severities;
}

function tells(on: readonly NotificationType[] | undefined, change: RoutedChange): boolean {
  if (on !== undefined) return on.includes(change.type);
  switch (change.type) {
    case 'raised':
    case 'escalated':
    case 'cleared':
      return true;
    case 'severity_changed':
      return rises(change);
    case 'acknowledged':
    case 'digest':
      return false;
  }
}

function rises({ severity, previousSeverity }: RoutedChange): boolean {
  if (!previousSeverity) return true;
  return SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(previousSeverity);
}

/** Only what asks for somebody's attention is told again. */
function isAlarm({ type }: RoutedChange): boolean {
  return type === 'raised' || type === 'escalated' || type === 'severity_changed';
}

function addTarget(
  targets: Map<string, RouteTarget>,
  contact: Contact,
  policyId: string | null,
): void {
  const known = targets.get(contact.id);
  if (known === undefined) {
    targets.set(contact.id, { contactId: contact.id, channel: contact.channel, policyId });
  } else if (known.policyId === null) known.policyId = policyId;
}

function byId(a: PreparedPolicy, b: PreparedPolicy): number {
  if (a.policy.id === b.policy.id) return 0;
  return a.policy.id < b.policy.id ? -1 : 1;
}
