import type { Contact, NotificationType, Policy, QuietHours } from '#domain/notification.ts';
import type { Severity } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import { OpeningHours } from '../rules/schedule.ts';

/** When something may be told, and together with what. */
export interface Hold {
  /** Not before this time, ms; null = at once. */
  notBeforeMs: number | null;
  /** What one contact is told with the same key goes out together; null = by itself. */
  groupKey: string | null;
}

export interface HoldFacts {
  contact: Contact;
  /** The policy that tells; undefined where none does. */
  policy: Policy | undefined;
  type: NotificationType;
  severity: Severity;
  highestSeverity?: Severity | null | undefined;
  ruleId: string;
  sensor: {
    id: string;
    location?: string | null | undefined;
    labels: Readonly<Record<string, string>>;
  };
  atMs: number;
}

interface PreparedQuiet {
  hours: OpeningHours;
  except: ReadonlySet<Severity>;
}

const DEFAULT_GROUP_WAIT_MS = 30_000;
const DEFAULT_GROUP_INTERVAL_MS = 5 * 60_000;
/** Quiet hours that follow each other without end hold nothing for ever. */
const MOST_STRETCHES = 16;

/**
 * Quiet hours, of the policy or of the contact, hold what is told until their end, unless they except its severity; what
 * becomes of an alert counts as the worst that it has been. Held, or told by a policy that groups, it waits for
 * others of the same key.
 */
export function holdOf(facts: HoldFacts): Hold {
  const { policy, atMs } = facts;
  const quietMs = quietUntil(facts);
  const group = policy?.group;
  if (quietMs > atMs) {
    const key = ['quiet', policy?.id ?? '', ...(group ? valuesOf(group.by, facts) : [])];
    return { notBeforeMs: quietMs, groupKey: JSON.stringify(key) };
  }
  if (policy === undefined || group === undefined) {
    return { notBeforeMs: null, groupKey: null };
  }
  return {
    notBeforeMs: atMs + groupTimes(policy).waitMs,
    groupKey: JSON.stringify(['group', policy.id, ...valuesOf(group.by, facts)]),
  };
}

/** How long the first of a group waits for others, and how long those after it. */
export function groupTimes({ group }: Pick<Policy, 'group'>): {
  waitMs: number;
  intervalMs: number;
} {
  return {
    waitMs: group?.wait === undefined ? DEFAULT_GROUP_WAIT_MS : durationMs(group.wait),
    intervalMs:
      group?.interval === undefined ? DEFAULT_GROUP_INTERVAL_MS : durationMs(group.interval),
  };
}

/** Why something is held, as its key says. */
export function reasonOfKey(groupKey: string): 'quiet' | 'group' | 'storm' {
  return (JSON.parse(groupKey) as ['quiet' | 'group' | 'storm'])[0];
}

/** The end of the quiet hours that hold it now; the time itself where none do. */
function quietUntil({ policy, contact, ...facts }: HoldFacts): number {
  const hours = [...quietOf(policy), ...quietOf(contact)];
  const isOver = facts.type === 'cleared' || facts.type === 'acknowledged';
  const counts = (isOver && facts.highestSeverity) || facts.severity;
  let untilMs = facts.atMs;
  for (let n = 0; n < MOST_STRETCHES; n++) {
    const holding = hours.find((quiet) => !quiet.except.has(counts) && quiet.hours.isOpen(untilMs));
    if (holding === undefined) break;
    untilMs = holding.hours.endMs(untilMs);
  }
  return untilMs;
}

const prepared = new WeakMap<object, readonly PreparedQuiet[]>();
const NONE: readonly PreparedQuiet[] = [];

/** Compiled once for each policy and contact. */
function quietOf(
  owner: { quiet_hours?: readonly QuietHours[] | undefined } | undefined,
): readonly PreparedQuiet[] {
  if (!owner?.quiet_hours) return NONE;
  let quiet = prepared.get(owner);
  if (quiet === undefined) {
    quiet = owner.quiet_hours.map(({ time_zone, windows, except = [] }) => ({
      hours: new OpeningHours({ time_zone, windows }),
      except: new Set(except),
    }));
    prepared.set(owner, quiet);
  }
  return quiet;
}

function valuesOf(by: readonly string[], { ruleId, severity, sensor }: HoldFacts): string[] {
  return by.map((what) => {
    if (what === 'rule') return ruleId;
    if (what === 'severity') return severity;
    if (what === 'sensor') return sensor.id;
    if (what === 'location') return sensor.location ?? '';
    return sensor.labels[what.slice('label:'.length)] ?? '';
  });
}
