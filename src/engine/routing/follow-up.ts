import type { Contact, Policy } from '#domain/notification.ts';
import {
  contactsOfStep,
  firstReached,
  type PreparedPolicy,
  type Routing,
} from './prepare-routing.ts';
import { holdFor, policiesFor, type RoutedChange, type RouteTarget } from './route-alert.ts';

/** A contact who has been told of an alert: by which step of which policy, first and last. */
export interface ToldContact {
  contactId: string;
  policyId: string | null;
  /** Null where it is not known: as the first. */
  step: number | null;
  firstToldMs: number;
  lastToldMs: number;
}

/** `repeat` = told before, and again; `raised` = the first step, which waited; `escalated` = a later step. */
export type FollowUpTarget = RouteTarget & {
  as: 'repeat' | 'raised' | 'escalated' | 'severity_changed';
};

export interface FollowUp {
  /** Who is told now, each contact once. */
  targets: FollowUpTarget[];
  /** When the alert is to be looked at again; null = never. */
  nextMs: number | null;
}

export interface FollowUpFacts {
  routing: Routing;
  /** The alert as it is now. */
  alert: Omit<RoutedChange, 'type' | 'atMs'>;
  /** When the alert was raised, ms. */
  sinceMs: number;
  nowMs: number;
}

/** Nobody of the steps that are left could be reached: that may be otherwise soon. */
const LOOK_AGAIN_MS = 60_000;

/**
 * Who is told now of an alert that nobody has acknowledged. Each policy that told of it goes on at its own pace: the
 * next step is due `after` the step before was told, a repeat `repeat` after the policy last told anyone; it tells
 * everybody whom its steps so far name now, so who was taken out of the policy, or disabled, is left in peace.
 * A policy whose first step waits tells it once that time is over. A policy that is gone stops.
 *
 * Only times that have been written down count, so however late this is asked, after a restart or a jump of the clock,
 * one step is told at a time, and the next one waits for its `after` from then on.
 */
export function followUp(told: readonly ToldContact[], facts: FollowUpFacts): FollowUp {
  const { routing } = facts;
  const targets = new Map<string, FollowUpTarget>();
  let nextMs: number | null = null;
  for (const prepared of routing.policies) {
    const theirs = told.filter(({ policyId }) => policyId === prepared.policy.id);
    const course = theirs.length > 0 ? goOn(prepared, theirs, facts) : begin(prepared, facts);
    for (const target of course.targets) {
      const known = targets.get(target.contactId);
      if (known === undefined || known.as === 'repeat') targets.set(target.contactId, target);
    }
    if (course.nextMs !== null) nextMs = Math.min(course.nextMs, nextMs ?? Infinity);
  }
  return { targets: [...targets.values()], nextMs };
}

/** A policy that has not told yet, because its first step waits. */
function begin(prepared: PreparedPolicy, facts: FollowUpFacts): FollowUp {
  const waitMs = prepared.steps[0]?.afterMs ?? 0;
  if (waitMs === 0 || !policiesFor(facts.alert, facts.routing).includes(prepared))
    return { targets: [], nextMs: null };
  const dueMs = facts.sinceMs + waitMs;
  if (dueMs > facts.nowMs) return { targets: [], nextMs: dueMs };
  return tellStep(prepared, 0, facts);
}

function goOn(
  prepared: PreparedPolicy,
  told: readonly ToldContact[],
  facts: FollowUpFacts,
): FollowUp {
  const { steps, repeatMs } = prepared;
  const { nowMs } = facts;
  const reached = Math.max(...told.map(({ step }) => step ?? 0));
  const reachedMs = Math.min(
    ...told.filter(({ step }) => (step ?? 0) === reached).map(({ firstToldMs }) => firstToldMs),
  );
  const next = steps[reached + 1];
  const nextStepMs = next ? reachedMs + next.afterMs : Infinity;
  if (nextStepMs <= nowMs) {
    const course = tellStep(prepared, reached + 1, facts);
    if (course.targets.length > 0) return course;
  }
  const lastMs = Math.max(...told.map(({ lastToldMs }) => lastToldMs));
  const repeatDueMs = repeatMs === null ? Infinity : lastMs + repeatMs;
  const isDue = repeatDueMs <= nowMs;
  const nextMs = Math.min(
    nextStepMs <= nowMs ? nowMs + LOOK_AGAIN_MS : nextStepMs,
    isDue ? nowMs + repeatMs! : repeatDueMs,
  );
  return {
    targets: isDue ? repeatTargets(prepared, reached, facts) : [],
    nextMs: nextMs === Infinity ? null : nextMs,
  };
}

/** The first step from one on that reaches anybody. */
function tellStep(prepared: PreparedPolicy, from: number, facts: FollowUpFacts): FollowUp {
  const { policy, steps, repeatMs } = prepared;
  const { routing, nowMs } = facts;
  const reached = firstReached(prepared, from, { routing, atMs: nowMs });
  if (reached === undefined) return { targets: [], nextMs: nowMs + LOOK_AGAIN_MS };
  const { step, contacts } = reached;
  const waits = [steps[step + 1]?.afterMs ?? Infinity, repeatMs ?? Infinity];
  const waitMs = Math.min(...waits);
  return {
    targets: contacts.map((contact) =>
      targetOf(contact, { policy, step, as: step === 0 ? 'raised' : 'escalated', facts }),
    ),
    nextMs: waitMs === Infinity ? null : nowMs + waitMs,
  };
}

function repeatTargets(
  prepared: PreparedPolicy,
  reached: number,
  facts: FollowUpFacts,
): FollowUpTarget[] {
  const { policy, steps } = prepared;
  const moment = { routing: facts.routing, atMs: facts.nowMs };
  return steps
    .slice(0, reached + 1)
    .flatMap((one, step) =>
      contactsOfStep(one, moment).map((contact) =>
        targetOf(contact, { policy, step, as: 'repeat', facts }),
      ),
    );
}

function targetOf(
  contact: Contact,
  by: { policy: Policy; step: number; as: FollowUpTarget['as']; facts: FollowUpFacts },
): FollowUpTarget {
  const { policy, step, as, facts } = by;
  const type = as === 'repeat' ? 'raised' : as;
  return {
    contactId: contact.id,
    channel: contact.channel,
    policyId: policy.id,
    step,
    as,
    hold: holdFor({ ...facts.alert, type, atMs: facts.nowMs }, contact, policy),
  };
}
