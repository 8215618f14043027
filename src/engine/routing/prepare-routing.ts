import type { Contact, Policy } from '#domain/notification.ts';
import { durationMs } from '#domain/time.ts';
import { type PolicyMatcher, policyMatcher } from './match-policy.ts';

// Tested by: route-alert.test.ts

/** A step of a policy: whom it tells, and how long after the step before. */
interface PreparedStep {
  afterMs: number;
  contacts: readonly Contact[];
}

export interface PreparedPolicy {
  policy: Policy;
  fits: PolicyMatcher;
  steps: readonly PreparedStep[];
  repeatMs: number | null;
}

/** A customer's policies and contacts made ready for many alerts; make a new one when either changes. */
export interface Routing {
  readonly policies: readonly PreparedPolicy[];
  readonly policyById: ReadonlyMap<string, PreparedPolicy>;
  readonly everyone: readonly Contact[];
}

const SHORTEST_REPEAT_MS = 1000;

export function prepareRouting(policies: readonly Policy[], contacts: readonly Contact[]): Routing {
  const everyone = contacts.filter((contact) => contact.enabled);
  const contactById = new Map(everyone.map((contact) => [contact.id, contact]));
  const prepared = policies
    .filter((policy) => policy.enabled)
    .map((policy) => ({
      policy,
      fits: policyMatcher(policy.match),
      steps: policy.steps.map(({ after, contacts: ids }) => ({
        afterMs: after === undefined ? 0 : durationMs(after),
        contacts: ids.flatMap((id) => contactById.get(id) ?? []),
      })),
      repeatMs: repeatOf(policy),
    }))
    // A policy that reaches nobody does not count: an alert is never silent by mistake.
    .filter(({ steps }) => steps.some((step) => step.contacts.length > 0))
    // A contact that two policies name is told once, by the one that repeats soonest.
    .sort((a, b) => (a.repeatMs ?? Infinity) - (b.repeatMs ?? Infinity) || byId(a, b));
  return {
    policies: prepared,
    policyById: new Map(prepared.map((entry) => [entry.policy.id, entry])),
    everyone,
  };
}

/** A step with somebody to tell. */
export interface ReachedStep {
  step: number;
  contacts: readonly Contact[];
}

/** The first step, from one on, that reaches anybody: a step that reaches nobody is passed over at once. */
export function firstReached({ steps }: PreparedPolicy, from: number): ReachedStep | undefined {
  for (let step = from; step < steps.length; step++) {
    const { contacts } = steps[step]!;
    if (contacts.length > 0) return { step, contacts };
  }
  return undefined;
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
