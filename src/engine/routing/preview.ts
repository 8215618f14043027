import type { Language } from '#domain/language.ts';
import { EXPLAIN_WORDS } from './explain-words.ts';
import { type FollowUpFacts, followUp, type ToldContact } from './follow-up.ts';
import { groupTimes, type Hold, reasonOfKey } from './hold.ts';
import type { Routing } from './prepare-routing.ts';
import { holdFor, type RouteTarget, routeAlert } from './route-alert.ts';

/** One line of the timetable. Times in ms. */
export interface ForeseenTelling extends Pick<RouteTarget, 'contactId' | 'channel' | 'policyId'> {
  atMs: number;
  /** From 0 on; null without a policy. */
  step: number | null;
  type: 'raised' | 'escalated' | 'repeat' | 'severity_changed';
  /** When it goes out; null = at once. */
  heldUntilMs: number | null;
  heldBy: string | null;
  groupKey: string | null;
  /** It has been told. */
  isPast?: boolean;
}

type Target = RouteTarget & { as: string };

interface Foreseeing {
  routing: Routing;
  alert: FollowUpFacts['alert'];
  /** When the alert is raised. */
  sinceMs: number;
  /** Of what holds a line. */
  language: Language;
  /** Where the alert has been told of: by what, and when it is looked at next (null = never). */
  course?: { told: readonly ForeseenTelling[]; nextMs: number | null } | undefined;
}

const HORIZON_MS = 24 * 3_600_000;
const MOST_TOLD = 100;
/** A policy that reaches nobody is looked at every minute, a day long. */
const MOST_LOOKS = 1500;

/**
 * Who would be told of an alert, and when, if nobody acknowledged it and nothing else happened: for 24 hours from its
 * beginning, or from the next look at one that has a course already, at most 100 lines, in order; what has been told goes
 * before them. The live decisions are asked, as the clock would ask them.
 */
export function foreseeTellings(facts: Foreseeing): ForeseenTelling[] {
  const { routing, alert, sinceMs, course: past } = facts;
  const told: ForeseenTelling[] = [...(past?.told ?? [])];
  const most = told.length + MOST_TOLD;
  const add = (targets: readonly Target[], atMs: number) => {
    const lines = targets.map((target) => foresee(target, { told, atMs, facts }));
    told.push(...lines);
  };
  let nextMs = past === undefined ? null : past.nextMs;
  if (past === undefined) {
    const route = routeAlert({ ...alert, type: 'raised', atMs: sinceMs }, routing);
    const targets = route.targets.map((target) => ({ ...target, as: 'raised' }));
    add(targets, sinceMs);
    nextMs = route.repeatMs === null ? null : sinceMs + route.repeatMs;
  }
  const untilMs = (past?.nextMs ?? sinceMs) + HORIZON_MS;
  for (let looks = 0; nextMs !== null && looks < MOST_LOOKS; looks++) {
    const nowMs = nextMs;
    if (nowMs > untilMs || told.length >= most) break;
    const course = followUp(told.map(toldContact), { routing, alert, sinceMs, nowMs });
    const waiting = new Set(
      told.filter((line) => toldAtMs(line) > nowMs).map(({ contactId }) => contactId),
    );
    add(
      course.targets.filter(({ as, contactId }) => as !== 'repeat' || !waiting.has(contactId)),
      nowMs,
    );
    nextMs = course.nextMs;
  }
  return told.slice(0, most);
}

function foresee(
  { contactId, channel, policyId, step, as, hold }: Target,
  moment: { told: readonly ForeseenTelling[]; atMs: number; facts: Foreseeing },
): ForeseenTelling {
  const type = as === 'repeat' || as === 'escalated' ? as : 'raised';
  const { groupKey } = hold;
  const line = { atMs: moment.atMs, contactId, channel, policyId, step, type, groupKey } as const;
  return { ...line, heldUntilMs: releaseMs(line, hold, moment), heldBy: whoHolds(line, moment) };
}

/** What joins a group goes with those who wait in it already, or the group's interval after its last. */
function releaseMs(
  { contactId, policyId, groupKey }: Omit<ForeseenTelling, 'heldUntilMs' | 'heldBy'>,
  { notBeforeMs }: Hold,
  { told, atMs, facts }: { told: readonly ForeseenTelling[]; atMs: number; facts: Foreseeing },
): number | null {
  const policy = policyId === null ? undefined : facts.routing.policyById.get(policyId)?.policy;
  if (notBeforeMs === null || groupKey === null || policy === undefined) return notBeforeMs;
  if (reasonOfKey(groupKey) !== 'group') return notBeforeMs;
  const last = told.findLast((line) => line.contactId === contactId && line.groupKey === groupKey);
  if (last === undefined) return notBeforeMs;
  if (toldAtMs(last) > atMs) return toldAtMs(last);
  return Math.max(notBeforeMs, toldAtMs(last) + groupTimes(policy).intervalMs);
}

function whoHolds(
  { contactId, policyId, groupKey }: Omit<ForeseenTelling, 'heldUntilMs' | 'heldBy'>,
  { atMs, facts: { routing, alert, language } }: { atMs: number; facts: Foreseeing },
): string | null {
  if (groupKey === null) return null;
  const words = EXPLAIN_WORDS[language];
  if (reasonOfKey(groupKey) === 'group') return words.groupOf(policyId);
  const contact = routing.contactById.get(contactId)!;
  const own = holdFor({ ...alert, type: 'raised', atMs }, contact, undefined);
  return own.notBeforeMs === null
    ? words.quietHoursOfPolicy(policyId)
    : words.quietHoursOf(contactId);
}

const toldAtMs = ({ atMs, heldUntilMs }: ForeseenTelling): number => heldUntilMs ?? atMs;

/** As the ledger would have it: what is held counts from when it goes. */
function toldContact(line: ForeseenTelling): ToldContact {
  const { contactId, policyId, step } = line;
  const ms = toldAtMs(line);
  return { contactId, policyId, step, firstToldMs: ms, lastToldMs: ms };
}
