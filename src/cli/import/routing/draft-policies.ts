import { formatDuration, parseDuration } from '#domain/time.ts';
import type { Fields } from '../../as-code/kinds.ts';
import type { ImportContext } from '../config/import-context.ts';
import type { Origin } from '../config/import-report.ts';
import { PromqlError, promDurationMs } from '../prometheus/promql-tokens.ts';
import { EVERYTHING, type Match, matchFields, without } from './match.ts';
import { matchesOf } from './matches-of.ts';
import { quietHoursOf, type TimeIntervals } from './quiet-hours.ts';
import type { ReceiverContacts, Route } from './route.ts';

// Tested by: cli/import/alertmanager/alertmanager.test.ts

/** Of one route. */
const MOST_POLICIES = 20;

interface Tree {
  context: ImportContext;
  receivers: ReadonlyMap<string, ReceiverContacts>;
  intervals: TimeIntervals;
}

/** What a route takes from those above it. */
interface Inherited {
  receiver: string | undefined;
  groupBy: string[];
  groupWait: string;
  groupInterval: string;
  repeatInterval: string;
  matches: Match[];
  /** What routes before this one, and before those above it, have taken. */
  taken: Taken[];
}

interface Taken {
  match: Match;
  label: string;
}

/**
 * A policy for each route that tells somebody. A tree tells the first that fits; policies tell all that fit: so what earlier
 * and deeper routes take is taken off a policy's match, and where that takes too many policies the report tells that both
 * are told.
 */
export function draftPolicies(root: Route, tree: Tree): void {
  draftRoute(root, tree, {
    receiver: undefined,
    groupBy: [],
    groupWait: '30s',
    groupInterval: '5m',
    repeatInterval: '4h',
    matches: [EVERYTHING],
    taken: [],
  });
}

/** Answers what the route and all below it have taken. */
function draftRoute(route: Route, tree: Tree, above: Inherited): Match[] {
  const inherited: Inherited = {
    ...above,
    receiver: route.receiver ?? above.receiver,
    groupBy: route.groupBy ?? above.groupBy,
    groupWait: route.groupWait ?? above.groupWait,
    groupInterval: route.groupInterval ?? above.groupInterval,
    repeatInterval: route.repeatInterval ?? above.repeatInterval,
  };
  const origin = originOf(route, inherited.receiver);
  let matches: Match[];
  try {
    if (route.fault !== undefined) throw new PromqlError(route.fault);
    matches = above.matches.flatMap((base) => matchesOf(route.matchers, base, tree.context));
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const below = countBelow(route);
    const also = below === 0 ? '' : `; so are the ${below} routes below it`;
    tree.context.report.leftOut(origin, `${error.message}${also}`);
    return [];
  }
  if (matches.length === 0) {
    tree.context.report.note(origin, 'no rule that was taken over goes there: it has no policy');
    return [];
  }
  const byChildren: Taken[] = [];
  const taken = [...above.taken];
  for (const child of route.routes) {
    const got = draftRoute(child, tree, { ...inherited, matches, taken });
    const all = got.map((match) => ({ match, label: labelOf(child) }));
    byChildren.push(...all);
    if (!child.goesOn) taken.push(...all);
  }
  const left = leftOver(matches, [...above.taken, ...byChildren], { tree, origin });
  for (const match of left) draftPolicy(route, { tree, inherited, match, origin });
  return matches;
}

function countBelow({ routes }: Route): number {
  return routes.reduce((sum, child) => sum + 1 + countBelow(child), 0);
}

function labelOf({ matchers, receiver }: Route): string {
  const text = matchers.map(({ name, operator, value }) => `${name}${operator}"${value}"`);
  return `${receiver ?? 'the same receiver'} for ${text.join(', ') || 'everything'}`;
}

function originOf(route: Route, receiver: string | undefined): Origin {
  const what = `route to ${receiver ?? '?'}`;
  const text = route.matchers.map(({ name, operator, value }) => `${name}${operator}"${value}"`);
  return {
    source: route.source,
    path: route.path,
    what: text.length === 0 ? what : `${what} (${text.join(', ')})`,
  };
}

function leftOver(
  matches: readonly Match[],
  taken: readonly Taken[],
  { tree, origin }: { tree: Tree; origin: Origin },
): Match[] {
  let left = [...matches];
  for (const { match: other, label } of taken) {
    const results = left.map((match) => without(match, other));
    const rest = results.flatMap((result) => result.rest);
    const isTooMuch = rest.length > MOST_POLICIES;
    if (!isTooMuch) left = rest;
    if (isTooMuch || results.some(({ overlaps }) => overlaps)) {
      tree.context.report.changed(origin, `it is told as well of what goes to ${label}`);
    }
  }
  return left;
}

function draftPolicy(
  route: Route,
  work: { tree: Tree; inherited: Inherited; match: Match; origin: Origin },
): void {
  const { tree, inherited, match, origin } = work;
  const { draft, report } = tree.context;
  const name = inherited.receiver ?? '?';
  const receiver = tree.receivers.get(name);
  if (receiver === undefined) {
    report.leftOut(origin, `there is no receiver ${name}`);
    return;
  }
  if (receiver.hasIntegrations && receiver.contacts.length === 0) {
    report.leftOut(origin, `none of the contacts of ${name} maps`);
    return;
  }
  const contacts = receiver.hasIntegrations ? receiver.contacts : [nobody(tree.context)];
  const found = matchFields(match);
  draft.add('policy', name, {
    name: origin.what.replace(/^route to /, '').slice(0, 200),
    ...(found === undefined ? {} : { match: found }),
    steps: [{ contacts }],
    ...repeatOf(inherited, work),
    ...groupOf(inherited, work),
    ...quietHoursOf(route, tree.intervals, { report, origin }),
    ...onOf(receiver, work),
  });
}

/** A receiver without anybody is one that tells nobody. */
function nobody({ draft }: ImportContext): string {
  if (draft.has('contact', 'nobody')) return 'nobody';
  return draft.add('contact', 'nobody', { name: 'Nobody', channel: 'null', settings: {} });
}

function durationText(text: string): string | undefined {
  const ms = promDurationMs(text) ?? parseDuration(text);
  return ms === undefined ? undefined : formatDuration(ms);
}

function repeatOf(
  { repeatInterval }: Inherited,
  { tree, origin }: { tree: Tree; origin: Origin },
): Fields {
  const repeat = durationText(repeatInterval);
  if (repeat !== undefined) return { repeat };
  tree.context.report.changed(origin, `repeat_interval ${repeatInterval} is no duration`);
  return {};
}

const GROUPED_BY: Readonly<Record<string, string>> = {
  alertname: 'rule',
  grafana_folder: '',
  severity: 'severity',
  location: 'location',
};

function groupOf(
  { groupBy, groupWait, groupInterval }: Inherited,
  { tree, origin }: { tree: Tree; origin: Origin },
): Fields {
  if (groupBy.includes('...')) return {};
  const { sensorLabels, report } = tree.context;
  const by = groupBy
    .map((label) => {
      if (sensorLabels.includes(label)) return 'sensor';
      return GROUPED_BY[label] ?? `label:${label}`;
    })
    .filter((one) => one !== '');
  if (by.length > 10) report.changed(origin, 'it groups by more than ten labels: by the first ten');
  const wait = durationText(groupWait);
  const interval = durationText(groupInterval);
  return {
    group: {
      by: [...new Set(by)].slice(0, 10),
      ...(wait === undefined ? {} : { wait }),
      ...(interval === undefined ? {} : { interval }),
    },
  };
}

function onOf(
  { resolved }: ReceiverContacts,
  { tree, origin }: { tree: Tree; origin: Origin },
): Fields {
  if (resolved === 'none') return { on: ['raised', 'severity_changed', 'escalated'] };
  if (resolved === 'some') {
    const reason = 'some of its receivers were not told of the end of an alert; here all are';
    tree.context.report.changed(origin, reason);
  }
  return {};
}
