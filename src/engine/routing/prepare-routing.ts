import type { Contact, Policy } from '#domain/notification.ts';
import type { OnCall } from '#domain/on-call.ts';
import { durationMs } from '#domain/time.ts';
import type { PreparedWindow } from '../alarms/maintenance.ts';
import { type PolicyMatcher, policyMatcher } from './match-policy.ts';
import { Rotation } from './rotation.ts';

// Tested by: route-alert.test.ts

/** A step of a policy: whom it tells, and how long after the step before. */
interface PreparedStep {
  afterMs: number;
  /** Those who are named. */
  contacts: readonly Contact[];
  rotations: readonly Rotation[];
}

export interface PreparedPolicy {
  policy: Policy;
  fits: PolicyMatcher;
  steps: readonly PreparedStep[];
  /** Told where a contact, or whoever is left of the steps, cannot be reached. */
  fallback: readonly Contact[];
  repeatMs: number | null;
}

/** A customer's policies and contacts made ready for many alerts; make a new one when either changes. */
export interface Routing {
  readonly policies: readonly PreparedPolicy[];
  readonly policyById: ReadonlyMap<string, PreparedPolicy>;
  readonly everyone: readonly Contact[];
  /** Enabled contacts, by id. */
  readonly contactById: ReadonlyMap<string, Contact>;
  /** Maintenance windows: while one is open for a sensor nobody is told of its alerts. */
  readonly windows: readonly PreparedWindow[];
}

const SHORTEST_REPEAT_MS = 1000;

export function prepareRouting(
  policies: readonly Policy[],
  contacts: readonly Contact[],
  onCalls: readonly OnCall[] = [],
): Routing {
  const everyone = contacts.filter((contact) => contact.enabled);
  const contactById = new Map(everyone.map((contact) => [contact.id, contact]));
  const rotationById = new Map(onCalls.map((onCall) => [onCall.id, new Rotation(onCall)]));
  const prepared = policies
    .filter((policy) => policy.enabled)
    .map((policy) => ({
      policy,
      fits: policyMatcher(policy.match),
      steps: policy.steps.map(({ after, contacts: ids = [], on_call: rotationIds = [] }) => ({
        afterMs: after === undefined ? 0 : durationMs(after),
        contacts: ids.flatMap((id) => contactById.get(id) ?? []),
        rotations: rotationIds.flatMap((id) => rotationById.get(id) ?? []),
      })),
      fallback: (policy.fallback ?? []).flatMap((id) => contactById.get(id) ?? []),
      repeatMs: repeatOf(policy),
    }))
    // A policy that reaches nobody does not count: an alert is never silent by mistake.
    .filter(
      ({ steps, fallback }) =>
        fallback.length > 0 ||
        steps.some((step) => step.contacts.length + step.rotations.length > 0),
    )
    // A contact that two policies name is told once, by the one that repeats soonest.
    .sort((a, b) => (a.repeatMs ?? Infinity) - (b.repeatMs ?? Infinity) || byId(a, b));
  return {
    policies: prepared,
    policyById: new Map(prepared.map((entry) => [entry.policy.id, entry])),
    everyone,
    contactById,
    windows: [],
  };
}

/** A step with somebody to tell. */
export interface ReachedStep {
  step: number;
  contacts: readonly Contact[];
}

export interface Moment {
  routing: Pick<Routing, 'contactById'>;
  atMs: number;
}

/** Whom a step tells at a moment: those who are named, and those who are on call then. */
export function contactsOfStep(
  { contacts, rotations }: PreparedStep,
  { routing, atMs }: Moment,
): readonly Contact[] {
  if (rotations.length === 0) return contacts;
  const onCall = rotations.flatMap((rotation) => {
    const { contactId } = rotation.at(atMs);
    return contactId === null ? [] : (routing.contactById.get(contactId) ?? []);
  });
  return [...new Set([...contacts, ...onCall])];
}

/**
 * The first step, from one on, that reaches anybody: a step that reaches nobody is passed over at once. Where none is left
 * the policy's fallback is told, as a step after the last.
 */
export function firstReached(
  { steps, fallback }: PreparedPolicy,
  from: number,
  moment: Moment,
): ReachedStep | undefined {
  for (let step = from; step < steps.length; step++) {
    const contacts = contactsOfStep(steps[step]!, moment);
    if (contacts.length > 0) return { step, contacts };
  }
  return fallback.length > 0 ? { step: steps.length, contacts: fallback } : undefined;
}

/** `repeat` of a policy, at least a second; null where it does not repeat. */
function repeatOf(policy: Policy): number | null {
  const ms = policy.repeat === undefined ? 0 : durationMs(policy.repeat);
  return ms > 0 ? Math.max(SHORTEST_REPEAT_MS, ms) : null;
}

function byId(a: { policy: Policy }, b: { policy: Policy }): number {
  if (a.policy.id === b.policy.id) return 0;
  return a.policy.id < b.policy.id ? -1 : 1;
}
