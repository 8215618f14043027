import type { Contact, NotificationType, Policy } from '#domain/notification.ts';
import { SEVERITIES, type Severity } from '#domain/rule.ts';
import { type Hold, holdOf } from './hold.ts';
import type { MatchFacts } from './match-policy.ts';
import { firstReached, type PreparedPolicy, type Routing } from './prepare-routing.ts';

/** A change of an alert, as far as routing asks. */
export interface RoutedChange {
  type: NotificationType;
  severity: Severity;
  /** Severity before the change. */
  previousSeverity?: Severity | null | undefined;
  /** The highest severity that the alert has had, where it is known. */
  highestSeverity?: Severity | null | undefined;
  rule: { id: string; policy?: string | undefined };
  sensor: {
    id: string;
    location?: string | null | undefined;
    labels: Readonly<Record<string, string>>;
  };
  /** When, ms: who is on call then is told. */
  atMs: number;
}

export interface RouteTarget {
  contactId: string;
  channel: string;
  /** The policy that names the contact; null where everybody is told because no policy does. */
  policyId: string | null;
  /** Which of the policy's steps tells, from 0 on; null without a policy. */
  step: number | null;
  hold: Hold;
}

export interface Route {
  /** Each contact once. Empty and no `repeatMs` = nobody is told (`"notification":"none"`). */
  targets: RouteTarget[];
  /**
   * Look at the alert again after this long without acknowledgement, to tell the next step or to repeat; null = do not
   * (and leave a running one as it is).
   */
  repeatMs: number | null;
  /** Others may have been told by now whom only the ledger knows: those of later steps, who was on call, stand-ins. */
  hasLaterSteps: boolean;
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
  const route: Route = { targets: [], repeatMs: null, hasLaterSteps: false };
  for (const severity of severitiesToldOf(change)) {
    const policies = policiesFor({ ...change, severity }, routing);
    if (policies.length === 0) {
      if (!tellsOf(undefined, change)) continue;
      for (const contact of routing.everyone) addTarget(targets, contact, { change });
    }
    for (const prepared of policies) {
      if (!tellsOf(prepared.policy.on, change)) continue;
      tellFirst(prepared, change, { route, targets, routing });
    }
  }
  route.targets = [...targets.values()];
  const hasStandIn = ({ contactId }: RouteTarget) =>
    routing.contactById.get(contactId)?.fallback_contact !== undefined;
  if (route.targets.some(hasStandIn)) route.hasLaterSteps = true;
  return route;
}

/** The policies that an alert is told by. */
export function policiesFor(
  { severity, rule, sensor }: Pick<RoutedChange, 'severity' | 'rule' | 'sensor'>,
  routing: Routing,
): readonly PreparedPolicy[] {
  const named = rule.policy === undefined ? undefined : routing.policyById.get(rule.policy);
  if (named !== undefined) return [named];
  const facts: MatchFacts = {
    severity,
    ruleId: rule.id,
    sensorId: sensor.id,
    location: sensor.location,
    labels: sensor.labels,
  };
  return routing.policies.filter(({ fits }) => fits(facts));
}

/** The first step that reaches anybody, if it does not wait; the others follow by the clock. */
function tellFirst(
  prepared: PreparedPolicy,
  change: RoutedChange,
  {
    route,
    targets,
    routing,
  }: { route: Route; targets: Map<string, RouteTarget>; routing: Routing },
): void {
  const { policy, steps, repeatMs } = prepared;
  const waitsMs = steps[0]?.afterMs ?? 0;
  const { fallback } = prepared;
  if (steps.length > 1 || waitsMs > 0 || fallback.length > 0) route.hasLaterSteps = true;
  if (steps.some(({ rotations }) => rotations.length > 0)) route.hasLaterSteps = true;
  const dueMs: number[] = [];
  const first = firstReached(prepared, 0, { routing, atMs: change.atMs });
  if (waitsMs > 0) dueMs.push(waitsMs);
  else if (first) {
    // Who was told by a step that came after, or was on call then, is known to the ledger alone.
    const named = first.step === 0 ? steps[0]!.contacts : [];
    for (const contact of isAlarm(change) ? first.contacts : named) {
      addTarget(targets, contact, { change, policy, step: first.step });
    }
    const next = steps[first.step + 1];
    if (next) dueMs.push(next.afterMs);
    if (repeatMs !== null) dueMs.push(repeatMs);
  }
  if (isAlarm(change) && dueMs.length > 0) {
    route.repeatMs = Math.min(...dueMs, route.repeatMs ?? Infinity);
  }
}

function severitiesToldOf(change: RoutedChange): Set<Severity> {
  const severities = new Set([change.severity]);
  if (change.type === 'raised') return severities;
  if (change.previousSeverity) severities.add(change.previousSeverity);
  if (change.highestSeverity) severities.add(change.highestSeverity);
  return severities;
}

/** Whether a policy with this `on` tells of a change. */
export function tellsOf(
  on: readonly NotificationType[] | undefined,
  change: Pick<RoutedChange, 'type' | 'severity' | 'previousSeverity'>,
): boolean {
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

function rises({
  severity,
  previousSeverity,
}: Pick<RoutedChange, 'severity' | 'previousSeverity'>): boolean {
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
  by: { change: RoutedChange; policy?: Policy; step?: number },
): void {
  const known = targets.get(contact.id);
  if (known !== undefined && (known.policyId !== null || by.policy === undefined)) return;
  targets.set(contact.id, {
    contactId: contact.id,
    channel: contact.channel,
    policyId: by.policy?.id ?? null,
    step: by.step ?? null,
    hold: holdFor(by.change, contact, by.policy),
  });
}

/** When a contact may be told of a change, and together with what. */
export function holdFor(change: RoutedChange, contact: Contact, policy: Policy | undefined): Hold {
  const { rule, ...facts } = change;
  return holdOf({ ...facts, ruleId: rule.id, contact, policy });
}
