import type { RouteTarget, Routing } from './route-alert.ts';

/** A contact who has been told of an alert: by which policy, and when last. */
export interface ToldContact {
  contactId: string;
  policyId: string | null;
  lastToldMs: number;
}

export interface RepeatRoute {
  /** Who is told again now. */
  targets: RouteTarget[];
  /** When the alert is due again; null = never. */
  nextRepeatMs: number | null;
}

/**
 * Who is told again of an alert that nobody has acknowledged. Each policy that told of it keeps its own
 * pace, counted from when it last told anyone, and tells the contacts that it names now: one who has been
 * taken out of the policy, or disabled, is left in peace. A policy that is gone or no longer repeats stops.
 */
export function routeRepeat(
  told: readonly ToldContact[],
  { routing, nowMs }: { routing: Routing; nowMs: number },
): RepeatRoute {
  const lastToldMs = new Map<string, number>();
  for (const { policyId, lastToldMs: atMs } of told) {
    if (policyId === null) continue;
    lastToldMs.set(policyId, Math.max(atMs, lastToldMs.get(policyId) ?? 0));
  }
  const targets = new Map<string, RouteTarget>();
  let nextRepeatMs: number | null = null;
  for (const { policy, contacts, repeatMs } of routing.policies) {
    const last = lastToldMs.get(policy.id);
    if (last === undefined || repeatMs === null) continue;
    const isDue = last + repeatMs <= nowMs;
    if (isDue) {
      for (const { id, channel } of contacts) {
        if (!targets.has(id)) targets.set(id, { contactId: id, channel, policyId: policy.id });
      }
    }
    nextRepeatMs = Math.min(isDue ? nowMs + repeatMs : last + repeatMs, nextRepeatMs ?? Infinity);
  }
  return { targets: [...targets.values()], nextRepeatMs };
}
